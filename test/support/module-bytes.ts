import { createHash } from "node:crypto";
import { toKernelDigest, type KernelDigest } from "../../src/base/ids.ts";

/** The digest of bytes. */
export function digestOf(bytes: Uint8Array): KernelDigest {
  const digest = toKernelDigest(createHash("sha256").update(bytes).digest("hex"));
  if (digest === undefined) throw new Error("a sha-256 in hex is a digest");
  return digest;
}

/** Bytes that stand for a module (a store does not look into them): always the same for a number. */
export function makeModule(number: number, size = 1000): { bytes: Uint8Array; digest: KernelDigest } {
  const bytes = new Uint8Array(size).map((_, index) => (index * 31 + number * 7) & 0xff);
  return { bytes, digest: digestOf(bytes) };
}
