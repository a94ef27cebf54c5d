/** Versions of the kernel `stamp`, which says in every result which of them ran. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kernelModule } from "./kernels.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The number that test/fixtures/kernels/stamp.ts has for its version. */
const placeholder = 0x5eedfeed;

/** What the functions of `stamp` give. */
export interface Stamped {
  readonly version: number;
  readonly sum: number;
}

/** The module of `stamp` as version `number`, which is below a million. */
export async function stampModule(number: number): Promise<Uint8Array> {
  const wasm = Buffer.from(await kernelModule("stamp"));
  const [from, to] = [placeholder, number].map((value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  }) as [Buffer, Buffer]; // two were given
  const at = wasm.indexOf(from);
  if (at < 0 || wasm.indexOf(from, at + 1) >= 0) throw new Error("the built module has not its version once");
  to.copy(wasm, at);
  return wasm;
}

/** The path of such a module, in a folder that goes with the test. */
export async function stampFile(number: number): Promise<string> {
  const file = join(temporaryFolder(), "stamp.wasm");
  writeFileSync(file, await stampModule(number));
  return file;
}

/** sha-256 in hex. */
export function digestOf(wasm: Uint8Array): string {
  return createHash("sha256").update(wasm).digest("hex");
}

/** The version that gave a result. Throws when its parts come from different versions. */
export function versionOf(stamped: Stamped, x: number): number {
  if (stamped.sum !== stamped.version + x)
    throw new Error(`a result of two versions: ${JSON.stringify(stamped)} for ${x}`);
  return stamped.version;
}
