/** How a module is to be deployed, and what is said of it held against it. */
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { checkKernelName } from "../kernel/manifest.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { Replacement } from "./version-check.ts";

/** How a module is to be deployed. */
export interface DeployPlan extends Replacement {
  /** Of the bytes, when it is known. */
  readonly digest?: KernelDigest;
  /** The module is being admitted: nodes may fetch all but its end. */
  expect?(): void;
  /** The module is in a file, which has one of these paths, one after the other. */
  written?(paths: readonly string[]): void;
  /** Makes the version ready before it gets calls. */
  prepare?(version: KernelRecord): Promise<void>;
}

/** The digest of the module that came. Throws DIGEST_MISMATCH when another one was announced; "" announces none. */
export function checkDigest(digest: KernelDigest, announced: string): KernelDigest {
  if (announced === "" || announced === digest) return digest;
  const said = `the uploaded bytes have digest ${digest}, announced was ${announced}`;
  throw new HeddleError("DIGEST_MISMATCH", said);
}

/** May a module that says its name be deployed under the wanted one? "" wants none. Throws RESERVED_NAME. */
export function checkName(name: string, wanted: string): void {
  checkKernelName(wanted === "" ? name : wanted);
  if (wanted === "" || wanted === name) return;
  const said = `the module says it is "${name}", so it cannot be deployed as "${wanted}"`;
  throw new HeddleError(
    "RESERVED_NAME",
    `${said}: its messages are named after it; build it under that name`,
  );
}
