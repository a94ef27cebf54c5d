import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { table } from "../output.ts";

/** `heddle kernels` */
export const kernels: Command = {
  name: "kernels",
  about: "list the deployed kernels",
  args: "",
  options: addressOption,
  example: "heddle kernels --json",
  async run(context) {
    context.args.atMost(0);
    return withFabric(context, async (fabric) => {
      const all = await fabric.admin.kernels({ signal: context.signal });
      if (context.output.json) {
        context.output.value(all);
      } else if (all.length === 0) {
        context.output.note("no kernel is deployed; try heddle deploy kernels/ode.ts");
      } else {
        const rows = all.map((kernel) => [
          kernel.name,
          kernel.digest.slice(0, 12),
          kernel.size,
          [...(kernel.pure ? ["pure"] : []), ...kernel.capabilities].join(", "),
          new Date(kernel.deployedAtMs).toISOString(),
          kernel.functions.map((fn) => fn.name).join(", "),
        ]);
        context.output.line(table(["KERNEL", "DIGEST", "BYTES", "EFFECTS", "DEPLOYED", "FUNCTIONS"], rows));
      }
      return ExitCode.OK;
    });
  },
};
