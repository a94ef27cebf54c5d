import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { shortDigest, wholeDigest } from "../version-digest.ts";

/** `heddle rm` */
export const rm: Command = {
  name: "rm",
  about: "remove a kernel, or one version that gets no calls; what runs finishes",
  args: "KERNEL",
  options: {
    digest: { type: "text", value: "DIGEST", about: "only this version" },
    ...addressOption,
  },
  example: "heddle rm ode",
  async run(context) {
    const { args, output, signal } = context;
    const name = args.need(0, "the kernel");
    const beginning = args.text("digest");
    args.atMost(1);
    return withFabric(context, async (fabric) => {
      const digest =
        beginning === undefined ? {} : { digest: await wholeDigest(fabric, name, beginning, signal) };
      const digests = await fabric.admin.remove(name, { ...digest, signal });
      if (output.json) output.value({ kernel: name, digests });
      else output.line(`removed ${name}: ${digests.map(shortDigest).join(", ")}`);
      return ExitCode.OK;
    });
  },
};
