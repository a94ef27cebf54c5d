import { HeddleError } from "../../base/error.ts";
import { fabricAddress, withFabric } from "../client.ts";
import type { Command, CommandContext } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { deployedKernel, versionOptions } from "../kernel-target.ts";
import type { ExampleAddresses } from "../kernel-description.ts";

/** `heddle describe` */
export const describe: Command = {
  name: "describe",
  about: "show a kernel or one of its functions: signature, documentation, limits, versions, calls to copy",
  args: "KERNEL[/FUNCTION]",
  options: versionOptions,
  example: "heddle describe ode/lotkaVolterra",
  async run(context) {
    const { args, output } = context;
    const [name = "", functionName, ...more] = args.need(0, "the kernel or function").split("/");
    args.atMost(1);
    if (name === "" || functionName === "" || more.length > 0) {
      throw new UsageError(`"kernel" or "kernel/function" is needed, not "${args.positionals[0]}"`);
    }
    const { describeKernel, functionText, kernelText } = await import("../kernel-description.ts");
    return withFabric(context, async (fabric) => {
      const found = await deployedKernel(context, fabric, name);
      const kernel = describeKernel(name, found, addressesOf(context, found.httpPort));
      const fn = kernel.functions.find((each) => each.name === `${name}/${functionName}`);
      if (functionName !== undefined && fn === undefined) {
        const names = kernel.functions.map((each) => each.name.slice(name.length + 1)).join(", ");
        const said = `kernel "${name}" has no function "${functionName}"; it has: ${names}`;
        throw new HeddleError("FUNCTION_NOT_FOUND", said);
      }
      if (output.json) output.value(fn === undefined ? kernel : { ...kernel, functions: [fn] });
      else output.line(fn === undefined ? kernelText(kernel) : functionText(kernel, fn));
      return ExitCode.OK;
    });
  },
};

/** Both ports are those of one process, so that its host is the one that reached it. */
function addressesOf(context: CommandContext, httpPort: number): ExampleAddresses {
  const grpc = fabricAddress(context);
  const host = /^(.*):\d+$/.exec(grpc)?.[1] ?? "127.0.0.1";
  return { grpc, http: `${host}:${httpPort}` };
}
