import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { trafficOf, wholeDigest } from "../version-digest.ts";

/** `heddle rollback` */
export const rollback: Command = {
  name: "rollback",
  about: "take the version on trial back, or let the version before serve again",
  args: "KERNEL [DIGEST]",
  options: addressOption,
  example: "heddle rollback ode",
  async run(context) {
    const { args, output, signal } = context;
    const name = args.need(0, "the kernel");
    const beginning = args.positionals[1];
    args.atMost(2);
    return withFabric(context, async (fabric) => {
      const digest =
        beginning === undefined ? {} : { digest: await wholeDigest(fabric, name, beginning, signal) };
      const kernel = await fabric.admin.rollback(name, { ...digest, signal });
      if (output.json) output.value(kernel);
      else output.line(`${kernel.name}: ${trafficOf(kernel)}`);
      return ExitCode.OK;
    });
  },
};
