/** What the gateway knows of one version of a kernel. */
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { version } from "../base/version.ts";
import type { AdmittedKernel } from "../kernel/admission.ts";
import type { CodeFacts } from "../rpc/generated/heddle/v1/CodeFacts.ts";
import type { FunctionRecord } from "./records.ts";

/** A version of a kernel that may be called. */
export interface KernelRecord {
  readonly name: string;
  readonly digest: KernelDigest;
  readonly size: number;
  /** When it was last deployed, in ms since the epoch. */
  readonly deployedAtMs: number;
  readonly admitted: AdmittedKernel;
  /** The same objects for as long as the version is known, however often it is deployed. */
  readonly functions: ReadonlyMap<string, FunctionRecord>;
}

/** What came of a deploy. */
export interface Deployed {
  readonly kernel: KernelRecord;
  readonly unchanged: boolean;
}

/** What was found in the code of a module, for nodes of this version. */
export function factsOf({ facts }: AdmittedKernel): CodeFacts {
  return { version, ...facts, unrestorable: [...facts.unrestorable] };
}

/** Full name of the gRPC service of a kernel: `linalg.LinalgService`. */
export function serviceNameOf({ admitted: { schema } }: KernelRecord): string {
  return `${schema.package}.${schema.service}`;
}

/** The functions of a module under a kernel's name. */
export function functionsOf(kernel: string, admitted: AdmittedKernel): ReadonlyMap<string, FunctionRecord> {
  const { timeLimitMs, memoryMaxBytes } = admitted.manifest;
  const { digest, pure } = admitted;
  return new Map(
    admitted.schema.functions.map(({ name }) => [
      name,
      { kernel, name, digest, timeLimitMs, memoryMaxBytes, pure, key: `${digest}/${name}` },
    ]),
  );
}

/** The function of a version. Throws FUNCTION_NOT_FOUND. */
export function functionOf(record: KernelRecord, fn: string): FunctionRecord {
  const found = record.functions.get(fn);
  if (found !== undefined) return found;
  const names = [...record.functions.keys()].join(", ");
  throw new HeddleError(
    "FUNCTION_NOT_FOUND",
    `kernel "${record.name}" has no function "${fn}"; it has: ${names}`,
  );
}

/** There is no kernel of that name, but there are these. */
export function noKernel(name: string, known: readonly KernelRecord[]): HeddleError {
  const advice =
    known.length === 0
      ? "no kernel is deployed yet; use heddle deploy"
      : `deployed are: ${known.map((record) => record.name).join(", ")}`;
  return new HeddleError("KERNEL_NOT_FOUND", `no kernel "${name}" is deployed; ${advice}`);
}

/** A digest that a caller gave. Throws BAD_REQUEST. */
export function needDigest(digest: string): KernelDigest {
  const known = toKernelDigest(digest);
  if (known !== undefined) return known;
  const said = `digest ${JSON.stringify(digest.slice(0, 80))} is not one: it needs 64 lower-case hex digits, as heddle kernels --json shows them`;
  throw new HeddleError("BAD_REQUEST", said);
}
