import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { buildSource, readable } from "./build.ts";

/** `heddle deploy` */
export const deploy: Command = {
  name: "deploy",
  about: "build a kernel if need be and make it callable",
  args: "FILE.ts|FILE.wasm",
  options: addressOption,
  example: "heddle deploy kernels/ode.ts",
  async run(context) {
    const { args, output, signal } = context;
    const file = args.need(0, "the source or module");
    args.atMost(1);
    const wasm = file.endsWith(".wasm") ? await readable(file) : (await buildSource(file)).wasm;
    return withFabric(context, async (fabric) => {
      const deployed = await fabric.admin.deploy(wasm, { signal });
      const kernel = deployed.kernel;
      const name = kernel?.name ?? "";
      const functions = (kernel?.functions ?? []).map((fn) => `${name}/${fn.name}`);
      const { unchanged, readyNodes, pendingNodes } = deployed;
      if (output.json) {
        output.value({
          kernel: name,
          digest: kernel?.digest,
          functions,
          unchanged,
          readyNodes,
          pendingNodes,
        });
      } else {
        const what = unchanged ? "already deployed" : "deployed";
        output.line(
          `${what} ${name} ${kernel?.digest.slice(0, 12)} on ${readyNodes.length} nodes: ${functions.join(", ")}`,
        );
        if (pendingNodes.length > 0)
          output.note(`not confirmed by ${pendingNodes.join(", ")}; they fetch it on first use`);
      }
      return ExitCode.OK;
    });
  },
};
