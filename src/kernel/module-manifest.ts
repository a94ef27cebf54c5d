import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { ModuleKind } from "./module-kind.ts";
import { resolveManifest, type Manifest } from "./manifest.ts";
import { CustomSection, type ModuleSections } from "./module.ts";
import type { MemoryType } from "./module-entries.ts";

/** Bytes of a WebAssembly page. */
export const pageBytes = 64 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The manifest of a module with the memory maximum that holds: the smaller of what manifest and memory section name,
 * the default when neither does. Throws BAD_MANIFEST, RESERVED_NAME, BAD_MODULE or MEMORY_ABOVE_CAP.
 */
export function readModuleManifest(sections: ModuleSections): Manifest {
  const given = readJson(sections);
  const manifest = resolveManifest(given);
  const named = typeof given === "object" && given !== null && "memoryMaxBytes" in given;
  return {
    ...manifest,
    memoryMaxBytes: memoryMaximum(sections, manifest.kind, named ? manifest.memoryMaxBytes : undefined),
  };
}

function readJson(sections: ModuleSections): unknown {
  const bytes = sections.custom.get(CustomSection.MANIFEST);
  if (bytes === undefined) {
    throw new HeddleError(
      "BAD_MANIFEST",
      `module: the custom section "${CustomSection.MANIFEST}" is missing`,
    );
  }
  if (bytes.length > limits.manifestMaxBytes) {
    const said = `manifest: it has ${bytes.length} bytes, the limit is ${limits.manifestMaxBytes}`;
    throw new HeddleError("BAD_MANIFEST", said);
  }
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown; // parse gives any
  } catch (cause) {
    throw new HeddleError("BAD_MANIFEST", `manifest: it is not JSON in UTF-8: ${String(cause)}`, { cause });
  }
}

function memoryMaximum(sections: ModuleSections, kind: ModuleKind, named: number | undefined): number {
  if (kind === "raw" && sections.memories.length === 0) return named ?? limits.memoryDefaultMaxBytes;
  const memory = onlyMemory(sections);
  const capPages = limits.memoryCapBytes / pageBytes;
  if (memory.pagesMax !== undefined && memory.pagesMax > capPages) {
    const said = `the memory maximum of ${memory.pagesMax} pages is above the cap of ${capPages} pages of 64 KiB`;
    throw aboveCap(`${said}; declare a lower one`);
  }
  const declared = memory.pagesMax === undefined ? undefined : memory.pagesMax * pageBytes;
  const initial = memory.pagesMin * pageBytes;
  const fallback = Math.max(initial, limits.memoryDefaultMaxBytes);
  const maximum = Math.min(declared ?? named ?? fallback, named ?? Infinity);
  if (initial > Math.min(maximum, limits.memoryCapBytes)) {
    const most = Math.min(maximum, limits.memoryCapBytes);
    throw aboveCap(`the memory begins with ${initial} bytes, its maximum is ${most} bytes`);
  }
  return maximum;
}

function onlyMemory(sections: ModuleSections): MemoryType {
  const [memory] = sections.memories;
  if (memory === undefined || sections.memories.length > 1) {
    const said = `module: it must define one memory, it defines ${sections.memories.length}`;
    throw new HeddleError("BAD_MODULE", said);
  }
  if (memory.shared) throw aboveCap("shared memory is not offered; compile without threads");
  if (memory.wide) throw aboveCap("64-bit memory is not offered; compile for wasm32");
  return memory;
}

function aboveCap(said: string): HeddleError {
  return new HeddleError("MEMORY_ABOVE_CAP", `module: ${said}`);
}
