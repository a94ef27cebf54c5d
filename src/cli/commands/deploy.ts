import { createHash } from "node:crypto";
import type { DeployOptions, Deployed } from "../../sdk/admin.ts";
import { deterministicFlag } from "../build-flags.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Arguments, Command } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { moduleFiles, moduleOptions, readModuleFile } from "../module-file.ts";
import type { Output } from "../output.ts";
import { readPercent, shortDigest, trafficOf } from "../version-digest.ts";

/** `heddle deploy` */
export const deploy: Command = {
  name: "deploy",
  about: "build a kernel if need be and make it callable",
  args: moduleFiles,
  options: {
    breaking: { type: "flag", about: "replace a version whose callers would not understand the new one" },
    canary: {
      type: "text",
      value: "SHARE",
      about: "let the new version answer only this share of the calls",
    },
    shadow: {
      type: "text",
      value: "SHARE",
      about: "run this share of the calls on the new version as well, only to compare",
    },
    ...deterministicFlag,
    ...moduleOptions,
    ...addressOption,
  },
  example: "heddle deploy kernels/ode.ts --canary 10%",
  async run(context) {
    const { args, output, signal } = context;
    const file = args.need(0, "the source or module");
    args.atMost(1);
    const plan = readPlan(args);
    const { wasm } = await readModuleFile(file, args);
    return withFabric(context, async (fabric) => {
      const deployed = await fabric.admin.deploy(wasm, { ...plan, signal });
      if (output.json) output.value(summaryOf(deployed, digestOf(wasm)));
      else tell(output, deployed, digestOf(wasm));
      return ExitCode.OK;
    });
  },
};

/** What is asked for beside the module. Throws UsageError. */
function readPlan(args: Arguments): DeployOptions {
  const breaking = args.flag("breaking");
  const canary = readPercent(args, "canary");
  const shadow = readPercent(args, "shadow");
  if (canary !== undefined && shadow !== undefined)
    throw new UsageError("a version is either a canary or a shadow; give --canary or --shadow");
  if (canary === 100) throw new UsageError("a canary gets less than 100%; leave --canary out");
  if (breaking && (canary ?? shadow) !== undefined) {
    throw new UsageError(
      "a canary or shadow must fit the callers of the version beside it; leave --breaking out",
    );
  }
  return {
    breaking,
    ...(canary === undefined ? {} : { canaryPercent: canary }),
    ...(shadow === undefined ? {} : { shadowPercent: shadow }),
  };
}

function summaryOf({ kernel, unchanged, readyNodes, pendingNodes }: Deployed, digest: string) {
  const name = kernel?.name ?? "";
  const version = kernel?.versions.find((candidate) => candidate.digest === digest);
  const functions = (version?.functions ?? []).map((fn) => `${name}/${fn}`);
  const { percent = 0, shadowPercent = 0 } = version ?? {};
  return { kernel: name, digest, functions, unchanged, percent, shadowPercent, readyNodes, pendingNodes };
}

function tell(output: Output, deployed: Deployed, digest: string): void {
  const { kernel, functions, unchanged, readyNodes, pendingNodes } = summaryOf(deployed, digest);
  const what = unchanged ? "already deployed" : "deployed";
  const nodes = `on ${readyNodes.length} ${readyNodes.length === 1 ? "node" : "nodes"}`;
  output.line(`${what} ${kernel} ${shortDigest(digest)} ${nodes}: ${functions.join(", ")}`);
  if (deployed.kernel !== null && deployed.kernel.digest !== digest)
    output.line(`calls of ${kernel}: ${trafficOf(deployed.kernel)}`);
  if (pendingNodes.length > 0)
    output.note(`not confirmed by ${pendingNodes.join(", ")}; they fetch it on first use`);
}

function digestOf(wasm: Uint8Array): string {
  return createHash("sha256").update(wasm).digest("hex");
}
