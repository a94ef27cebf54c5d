import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { readPercent, trafficOf, wholeDigest } from "../version-digest.ts";

/** `heddle promote` */
export const promote: Command = {
  name: "promote",
  about: "give the version on trial, or another that is kept, more of a kernel's calls",
  args: "KERNEL [DIGEST]",
  options: {
    percent: { type: "text", value: "SHARE", about: "its share of the calls, such as 50%", default: "100%" },
    ...addressOption,
  },
  example: "heddle promote ode --percent 50%",
  async run(context) {
    const { args, output, signal } = context;
    const name = args.need(0, "the kernel");
    const beginning = args.positionals[1];
    args.atMost(2);
    const percent = readPercent(args, "percent") ?? 100;
    return withFabric(context, async (fabric) => {
      const digest =
        beginning === undefined ? {} : { digest: await wholeDigest(fabric, name, beginning, signal) };
      const kernel = await fabric.admin.promote(name, { ...digest, percent, signal });
      if (output.json) output.value(kernel);
      else output.line(`${kernel.name}: ${trafficOf(kernel)}`);
      return ExitCode.OK;
    });
  },
};
