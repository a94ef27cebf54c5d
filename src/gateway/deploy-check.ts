/** What a deploy says of its module, held against the module. */
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { digestOf } from "../kernel/admission.ts";
import { checkKernelName } from "../kernel/manifest.ts";

/** The digest of a module. Throws DIGEST_MISMATCH when another one was announced; "" announces none. */
export function checkDigest(bytes: Uint8Array, announced: string): KernelDigest {
  const digest = digestOf(bytes);
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
