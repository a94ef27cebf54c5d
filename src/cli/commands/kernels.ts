import type { KernelInfo } from "../../sdk/admin.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { table } from "../output.ts";
import { ageOf, shortDigest, sizeText, trafficText } from "../version-digest.ts";

type Version = KernelInfo["versions"][number];
type Row = readonly (string | number)[];

const headers = ["KERNEL", "DIGEST", "AGE", "SIZE", "EFFECTS", "TRAFFIC", "FUNCTIONS"];

/** `heddle kernels` */
export const kernels: Command = {
  name: "kernels",
  about: "list the deployed kernels and which versions of them get calls",
  args: "",
  options: {
    versions: { type: "flag", about: "show the versions that get no calls as well" },
    ...addressOption,
  },
  example: "heddle kernels --versions",
  async run(context) {
    const { args, output, signal } = context;
    args.atMost(0);
    return withFabric(context, async (fabric) => {
      const all = await fabric.admin.kernels({ signal });
      if (output.json) {
        output.value(all);
      } else if (all.length === 0) {
        output.note("no kernel is deployed; try heddle deploy kernels/ode.ts");
      } else {
        const nowMs = Date.now();
        output.line(
          table(
            headers,
            all.flatMap((kernel) => rowsOf(kernel, args.flag("versions"), nowMs)),
          ),
        );
        for (const kernel of all) for (const line of shadowLines(kernel)) output.line(line);
      }
      return ExitCode.OK;
    });
  },
};

/** A row per version that gets calls or runs them for comparison; with `every` the others as well. */
function rowsOf(kernel: KernelInfo, every: boolean, nowMs: number): Row[] {
  const shown = kernel.versions.filter(({ percent, shadowPercent }) => every || percent + shadowPercent > 0);
  const rank = (version: Version): number =>
    version.digest === kernel.digest ? 0 : version.percent + version.shadowPercent > 0 ? 1 : 2;
  return shown
    .toSorted((left, right) => rank(left) - rank(right))
    .map((version) => [
      kernel.name,
      shortDigest(version.digest),
      ageOf(version.deployedAtMs, nowMs),
      sizeText(version.size),
      [...(version.pure ? ["pure"] : []), ...version.capabilities].join(", "),
      trafficText(version),
      version.functions.join(", "),
    ]);
}

/** What the comparison with a shadow found so far. */
function shadowLines(kernel: KernelInfo): string[] {
  return kernel.versions.flatMap(({ digest, shadow }) => {
    if (shadow === null) return [];
    const { calls, equal, different, failed, skipped, runMs, shadowRunMs } = shadow;
    const pace = runMs > 0 ? `, time ${((shadowRunMs / runMs) * 100).toFixed(0)}%` : "";
    const counts = `${calls} compared: ${equal} equal, ${different} different, ${failed} failed; ${skipped} skipped${pace}`;
    const examples = shadow.differences.map((difference) => {
      const trace = difference.traceId === "" ? "" : ` (trace ${difference.traceId})`;
      return `  ${kernel.name}/${difference.function}: ${difference.message}${trace}`;
    });
    return [`shadow ${kernel.name} ${shortDigest(digest)}: ${counts}`, ...examples];
  });
}
