import { codeName } from "../../base/code.ts";
import { limits } from "../../base/limits.ts";
import { HeddleError } from "../../base/error.ts";
import { messageFromJson } from "../../wire/json.ts";
import type { MapResult } from "../../sdk/map.ts";
import type { CallableFunction } from "../../sdk/schemas.ts";
import type { MessageType } from "../../wire/schema.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { createMapProgress } from "../progress.ts";
import type { Output } from "../output.ts";
import { responseJson } from "../response-json.ts";
import { openLines } from "../read-input.ts";
import type { TextLine } from "../text-lines.ts";

/** `heddle map` */
export const map: Command = {
  name: "map",
  about: "call a function for every line of JSON, print one line of JSON each, in the same order",
  args: "KERNEL/FUNCTION [FILE|-]",
  options: {
    ...addressOption,
    concurrency: { type: "number", value: "N", about: "most items under way", default: "131072" },
    deadline: { type: "number", value: "MS", about: "time for the whole map", default: "none" },
    quiet: { type: "flag", about: "no progress on stderr" },
  },
  example: "heddle map ode/sweep inputs.jsonl > results.jsonl",
  async run(context) {
    const { args, output, signal } = context;
    const name = args.need(0, "the function");
    const file = args.positionals[1] ?? "-";
    args.atMost(2);
    const concurrency = args.whole("concurrency", limits.mapConcurrency, 1, 1_000_000);
    const deadlineMs = args.whole("deadline", 0, 1, 900_000);
    const over = new AbortController();
    const lines = await openLines(file, AbortSignal.any([signal, over.signal]));
    const work = withFabric(context, async (fabric) => {
      const callable = await fabric.describe(name);
      const progress = createMapProgress(args.flag("quiet"));
      const results = fabric.map(name, inputsOf(callable.schema.request, lines), {
        concurrency,
        signal,
        onError: "collect",
        onProgress: (state) => progress.update(state),
        ...(deadlineMs === 0 ? {} : { deadlineMs }),
      });
      try {
        return await print(results, callable, output);
      } finally {
        progress.stop();
      }
    });
    // A read of stdin that nobody waits for any more would keep the process alive.
    return work.finally(() => over.abort());
  },
};

/** Prints results as they come, until they or their reader end; gives the exit code. */
async function print(
  results: AsyncIterable<MapResult<unknown>>,
  callable: CallableFunction,
  output: Output,
): Promise<number> {
  let failed = 0;
  let count = 0;
  for await (const { value, error } of results) {
    count++;
    if (error !== undefined) failed++;
    await output.row(error === undefined ? responseJson(callable, value) : describe(error));
    if (output.unread.aborted) return ExitCode.OK;
  }
  if (failed > 0) output.note(`${failed} of ${count} items failed`);
  return failed > 0 ? ExitCode.FAILED : ExitCode.OK;
}

function describe({ code, reason, rawMessage: message }: HeddleError): unknown {
  return { error: { code: codeName(code), reason, message } };
}

/** Requests line by line; a line that is none becomes the error of its item. */
async function* inputsOf(type: MessageType, lines: AsyncIterable<TextLine>): AsyncGenerator<object> {
  for await (const line of lines) {
    try {
      if ("fault" in line) throw new HeddleError("BAD_PAYLOAD", line.fault);
      yield messageFromJson(type, JSON.parse(line.text));
    } catch (error) {
      const said = error instanceof HeddleError ? error.rawMessage : `not JSON: ${String(error)}`;
      yield new HeddleError("BAD_PAYLOAD", `line ${line.number}: ${said}`);
    }
  }
}
