import { messageFromJson } from "../../wire/json.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { responseJson } from "../response-json.ts";
import { ExitCode } from "../exit-code.ts";
import { wholeDigest } from "../version-digest.ts";
import { parseRequest, readAll } from "../read-input.ts";

/** `heddle invoke` */
export const invoke: Command = {
  name: "invoke",
  about: "call a function with a JSON request, print its JSON response",
  args: "KERNEL/FUNCTION [JSON|-]",
  options: {
    ...addressOption,
    deadline: { type: "number", value: "MS", about: "time for the whole call", default: "none" },
    digest: { type: "text", value: "DIGEST", about: "call this version", default: "as calls are routed" },
    stats: { type: "flag", about: "also print node, attempts and times, on stderr" },
  },
  example: `heddle invoke ode/lotkaVolterra '{"periods": 1}'`,
  async run(context) {
    const { args, output } = context;
    const name = args.need(0, "the function");
    args.atMost(2);
    const json = parseRequest(await inputText(context));
    const deadlineMs = args.whole("deadline", 0, 1, 900_000);
    return withFabric(context, async (fabric) => {
      const beginning = args.text("digest");
      const [kernel = ""] = name.split("/");
      const digest =
        beginning === undefined ? undefined : await wholeDigest(fabric, kernel, beginning, context.signal);
      const callable = await fabric.describe(name, digest);
      const input = messageFromJson(callable.schema.request, json);
      const options = {
        signal: context.signal,
        ...(deadlineMs === 0 ? {} : { deadlineMs }),
        ...(digest === undefined ? {} : { digest }),
      };
      const { value, stats } = await fabric.invokeWithStats(name, input, options);
      output.value(responseJson(callable, value));
      if (args.flag("stats")) output.note(JSON.stringify(stats));
      return ExitCode.OK;
    });
  },
};

async function inputText({ args, signal }: CommandContext): Promise<string> {
  const given = args.positionals[1];
  if (given === undefined) return "{}";
  return given === "-" ? readAll(process.stdin, signal) : given;
}
