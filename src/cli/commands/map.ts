import { once } from "node:events";
import { codeName } from "../../base/code.ts";
import { HeddleError } from "../../base/error.ts";
import { messageFromJson, messageToJson } from "../../wire/json.ts";
import type { MessageType } from "../../wire/schema.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { createMapProgress } from "../progress.ts";
import { readLines } from "../read-input.ts";

/** `heddle map` */
export const map: Command = {
  name: "map",
  about: "call a function for every line of JSON, print one line of JSON each, in the same order",
  args: "KERNEL/FUNCTION [FILE|-]",
  options: {
    ...addressOption,
    concurrency: { type: "number", value: "N", about: "most items under way", default: "16384" },
    deadline: { type: "number", value: "MS", about: "time for the whole map", default: "none" },
    quiet: { type: "flag", about: "no progress on stderr" },
  },
  example: "heddle map ode/sweep inputs.jsonl > results.jsonl",
  async run(context) {
    const { args, signal } = context;
    const name = args.need(0, "the function");
    const file = args.positionals[1] ?? "-";
    args.atMost(2);
    const concurrency = args.whole("concurrency", 16_384, 1, 1_000_000);
    const deadlineMs = args.whole("deadline", 0, 1, 900_000);
    return withFabric(context, async (fabric) => {
      const { schema } = await fabric.describe(name);
      const progress = createMapProgress(args.flag("quiet"));
      const results = fabric.map(name, inputsOf(schema.request, file), {
        concurrency,
        signal,
        onError: "collect",
        onProgress: (state) => progress.update(state),
        ...(deadlineMs === 0 ? {} : { deadlineMs }),
      });
      let failed = 0;
      let count = 0;
      try {
        for await (const result of results) {
          count++;
          if (result.error !== undefined) failed++;
          await writeLine(
            result.error === undefined ? responseOf(schema.response, result.value) : describe(result.error),
          );
        }
      } finally {
        progress.stop();
      }
      if (failed > 0) context.output.note(`${failed} of ${count} items failed`);
      return failed > 0 ? ExitCode.FAILED : ExitCode.OK;
    });
  },
};

function responseOf(type: MessageType, value: unknown): unknown {
  return messageToJson(type, value === undefined ? {} : { value });
}

function describe({ code, reason, rawMessage: message }: HeddleError): unknown {
  return { error: { code: codeName(code), reason, message } };
}

/** Requests line by line; a line that is none becomes the error of its item. */
async function* inputsOf(type: MessageType, file: string): AsyncGenerator<object> {
  let number = 0;
  for await (const line of readLines(file)) {
    number++;
    try {
      yield messageFromJson(type, JSON.parse(line));
    } catch (error) {
      const said = error instanceof HeddleError ? error.rawMessage : `not JSON: ${String(error)}`;
      yield new HeddleError("BAD_PAYLOAD", `line ${number}: ${said}`);
    }
  }
}

/** Waits while the reader of stdout is behind. */
async function writeLine(value: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(value)}\n`)) await once(process.stdout, "drain");
}
