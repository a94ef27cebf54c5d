/** May a version take calls that were meant for another? The rules stand in `wire/schema-differences.ts`. */
import { HeddleError } from "../base/error.ts";
import { functionDifferences, kernelDifferences } from "../wire/schema-differences.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { Trial } from "./route.ts";
import type { RoutedKernel } from "./route-store.ts";

/** How many differences an error tells of. */
const toldMax = 8;

/** How a version takes the place of another. */
export interface Replacement {
  /** Its callers need not understand the new one. Default false. */
  readonly breaking?: boolean;
  /** Only a trial beside it: see `Trial`. */
  readonly trial?: Omit<Trial, "digest"> | undefined;
}

/** Throws INCOMPATIBLE, NOT_DETERMINISTIC or BAD_REQUEST when a version must not take calls beside or after another. */
export function checkReplacement(before: RoutedKernel, version: KernelRecord, plan: Replacement): void {
  const { breaking = false, trial } = plan;
  if (trial !== undefined && breaking) {
    const said = `a ${trial.kind} stands beside the version that serves, so it must fit its callers; --breaking and --${trial.kind} exclude each other`;
    throw new HeddleError("BAD_REQUEST", said);
  }
  if (!breaking) {
    const advice =
      trial === undefined
        ? "deploy with --breaking to replace it all the same"
        : `a ${trial.kind} must fit the version beside it`;
    checkCompatible(before.serving, version, advice);
    if (before.onTrial !== undefined && before.route.trial?.kind === "canary")
      checkCompatible(before.onTrial, version, advice);
  }
  if (trial?.kind === "shadow") checkComparable(before.serving, version);
}

/** Throws INCOMPATIBLE when callers of `before` would not understand `after`. */
export function checkCompatible(before: KernelRecord, after: KernelRecord, advice: string): void {
  const found = kernelDifferences(before.admitted.schema, after.admitted.schema);
  if (found.length === 0) return;
  const told = found.slice(0, toldMax).join("; ");
  const more = found.length > toldMax ? `; and ${found.length - toldMax} more` : "";
  const versions = `version ${after.digest.slice(0, 12)} of kernel "${after.name}" does not fit callers of ${before.digest.slice(0, 12)}`;
  throw new HeddleError("INCOMPATIBLE", `${versions}: ${told}${more}; ${advice}`);
}

/** Throws NOT_DETERMINISTIC when the outcomes of the two cannot be compared. */
function checkComparable(serving: KernelRecord, shadow: KernelRecord): void {
  for (const [record, role] of [
    [serving, "that serves"],
    [shadow, "that would shadow it"],
  ] as const) {
    if (record.admitted.deterministic) continue;
    const uses = [...record.admitted.capabilities, ...(record.admitted.pure ? [] : record.admitted.imports)];
    const why =
      uses.length > 0
        ? `it uses ${uses.join(", ")}`
        : "its code has relaxed SIMD, or the bits of a NaN can be seen that differ; build it with --deterministic";
    const said = `kernel "${record.name}": the version ${record.digest.slice(0, 12)} ${role} is not deterministic (${why}), so outcomes may differ without a fault; try the new one with --canary`;
    throw new HeddleError("NOT_DETERMINISTIC", said);
  }
}

/** Remembers for pairs of versions which functions read one another's messages. */
export class SchemaJudge {
  readonly #verdicts = new WeakMap<KernelRecord, WeakMap<KernelRecord, Map<string, string>>>();

  /** What of a function keeps `version` from understanding a caller that goes by `known`; "" when nothing does. */
  difference(known: KernelRecord, version: KernelRecord, fn: string): string {
    const byVersion = this.#verdicts.get(known) ?? new WeakMap<KernelRecord, Map<string, string>>();
    this.#verdicts.set(known, byVersion);
    const byFunction = byVersion.get(version) ?? new Map<string, string>();
    byVersion.set(version, byFunction);
    const judged = byFunction.get(fn);
    if (judged !== undefined) return judged;
    const [before, after] = [known, version].map(({ admitted }) =>
      admitted.schema.functions.find(({ name }) => name === fn),
    );
    const verdict =
      before === undefined || after === undefined
        ? `function "${fn}" is not in both`
        : (functionDifferences(before, after)[0] ?? "");
    byFunction.set(fn, verdict);
    return verdict;
  }
}
