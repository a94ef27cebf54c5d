/**
 * The kernels of kernels/, built and deployed one after the other. They are built in another process: compiling here
 * would hold up the calls and the keepalive of the connection that is open meanwhile.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../base/error.ts";
import type { Builder } from "../compiler/builder.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { formatCount } from "./table.ts";

const folder = fileURLToPath(new URL("../../kernels/", import.meta.url));

/** A built kernel of the library. */
export interface BuiltFile {
  /** Its source, below kernels/. */
  readonly file: string;
  readonly wasm: Uint8Array;
  readonly descriptor: Uint8Array;
}

/** Builds `kernels/<file>`. Rejects with INTERNAL, since a kernel of the library has to build. */
export async function buildLibraryKernel(builder: Builder, file: string): Promise<BuiltFile> {
  const built = await builder.build(join(folder, file), true);
  if (built.kind === "failed") throw new HeddleError("INTERNAL", `kernels/${file}: ${built.message}`);
  return { file, wasm: built.wasm, descriptor: built.descriptor };
}

/** Deploys a kernel and says so. */
export async function deployBuilt(
  fabric: Fabric,
  { file, wasm }: BuiltFile,
  say: (text: string) => void,
): Promise<void> {
  const { readyNodes } = await fabric.admin.deploy(wasm);
  say(`deployed kernels/${file} (${formatCount(wasm.length)} bytes) on ${readyNodes.length} nodes`);
}

/** Builds and deploys every kernel of the library but the one that is there already. */
export async function deployLibrary(
  fabric: Fabric,
  builder: Builder,
  without: string,
  say: (text: string) => void,
): Promise<void> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts") && file !== without);
  for (const file of files.toSorted()) {
    await deployBuilt(fabric, await buildLibraryKernel(builder, file), say);
  }
}
