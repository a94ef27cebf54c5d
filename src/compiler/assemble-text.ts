import binaryen from "assemblyscript/binaryen";
import { HeddleError } from "../base/error.ts";

/** Assembles a module from WebAssembly text; names stay in its name section. Throws BUILD_FAILED. */
export function assembleText(text: string, file: string): Uint8Array {
  const before = binaryen.getDebugInfo();
  binaryen.setDebugInfo(true);
  let module: binaryen.Module | undefined;
  try {
    module = binaryen.parseText(text);
    module.setFeatures(binaryen.Features.All);
    return Uint8Array.from(module.emitBinary());
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new HeddleError("BUILD_FAILED", `${file}: the text cannot be assembled: ${said}`, { cause });
  } finally {
    module?.dispose();
    binaryen.setDebugInfo(before);
  }
}
