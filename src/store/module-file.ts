/** Reading a module from a file of any folder, verified. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { errorCode } from "./file-error.ts";

/** Bytes hashed between two turns of the event loop: under a millisecond of work. */
const pieceBytes = 1024 * 1024;

/**
 * The bytes of a module, verified against the digest, or undefined when there is no such file. `usedAtMs` becomes its
 * time. Rejects with MODULE_CORRUPT, or with what the system says.
 */
export async function readModuleFile(
  path: string,
  digest: KernelDigest,
  usedAtMs?: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const bytes = await readVerified(file, digest, path);
    if (usedAtMs !== undefined) await file.utimes(usedAtMs / 1000, usedAtMs / 1000);
    return bytes;
  } finally {
    await file.close();
  }
}

async function readVerified(
  file: FileHandle,
  digest: KernelDigest,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await file.stat();
  if (size > limits.moduleMaxBytes) throw corrupt(path, `${size} bytes are more than any module has`);
  const bytes = new Uint8Array(size);
  const hash = createHash("sha256");
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, Math.min(pieceBytes, size - read), read);
    if (bytesRead === 0) break;
    hash.update(bytes.subarray(read, read + bytesRead));
    read += bytesRead;
  }
  const found = hash.digest("hex");
  if (found !== digest) throw corrupt(path, `the digest of its ${read} bytes is ${found}`);
  return bytes;
}

function corrupt(path: string, how: string): HeddleError {
  return new HeddleError("MODULE_CORRUPT", `the stored module ${path} is damaged: ${how}; deploy it again`);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  // Mostly it is not there, and a promise that is rejected with an error and its stack takes a millisecond.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw corrupt(path, "it is no file"); // a pipe would be waited for
  try {
    return await open(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
