import { HeddleError } from "../base/error.ts";
import type { Reason } from "../base/reason.ts";
import { limits } from "../base/limits.ts";
import type { KernelSchema } from "../wire/schema.ts";
import type { ModuleKind } from "./module-kind.ts";
import { hostImports, hostModule, type HostImport } from "./host-imports.ts";
import type { Manifest } from "./manifest.ts";
import type { ModuleSections } from "./module.ts";
import type { ImportEntry } from "./module-entries.ts";
import { wasiImports, wasiModule } from "./wasi-imports.ts";
import { startExport } from "./wasi-command.ts";
import { functionTypeText, sameFunctionType, type FunctionType } from "./value-type.ts";

/** The export that makes room for a request. */
export const allocExport = "heddle_alloc";
/** The export of the module's memory. */
export const memoryExport = "memory";
/** The export that makes a reactor ready, run once after its start function. */
export const initializeExport = "_initialize";
/** Names that begin like this are kept for what normalisation adds. */
export const reservedExportPrefix = "heddle.";

const allocType: FunctionType = { parameters: ["i32"], results: ["i32"] };
const entryType: FunctionType = { parameters: ["i32", "i32"], results: ["i32"] };
const plainType: FunctionType = { parameters: [], results: [] };

/**
 * Checks the exports of a module against the contract of its kind and its descriptor, and gives the names of its
 * functions in the order of the descriptor. Throws BAD_EXPORT, or BAD_DESCRIPTOR for too many functions.
 */
export function checkExports(sections: ModuleSections, schema: KernelSchema, kind: ModuleKind): string[] {
  if (schema.functions.length > limits.functionsMax) {
    const said = `the descriptor has ${schema.functions.length} functions, the limit is ${limits.functionsMax}`;
    throw new HeddleError("BAD_DESCRIPTOR", said);
  }
  for (const { name } of sections.exports) {
    if (name.startsWith(reservedExportPrefix)) {
      throw badExport(
        `export "${name}" has a reserved name: no export may begin with "${reservedExportPrefix}"`,
      );
    }
  }
  const names = schema.functions.map(({ name }) => name);
  const reactor = sections.exports.some(({ name }) => name === initializeExport);
  if (kind !== "wasi" && reactor) checkFunction(sections, initializeExport, plainType);
  if (kind !== "raw") checkMemory(sections);
  if (kind === "wasi") checkFunction(sections, startExport, plainType);
  if (kind === "typed") checkTyped(sections, names);
  return names;
}

function checkMemory(sections: ModuleSections): void {
  const memory = sections.exports.find(({ name }) => name === memoryExport);
  if (memory?.kind !== "memory") {
    throw badExport(
      `the module must export its memory as "${memoryExport}"${memory ? `, not a ${memory.kind}` : ""}`,
    );
  }
}

function checkTyped(sections: ModuleSections, names: readonly string[]): void {
  checkFunction(sections, allocExport, allocType);
  for (const name of names) {
    if (name === allocExport) throw badExport(`a function cannot have the name "${allocExport}"`);
    checkFunction(sections, name, entryType);
  }
}

/** What a module's imports mean for the fabric. */
export interface ImportFacts {
  /** `heddle.log`, … each once, in order of appearance. */
  readonly imports: readonly string[];
  /** No import has effects. */
  readonly pure: boolean;
  /** Those that its imports need. */
  readonly capabilities: readonly string[];
}

/** Checks the imports against what the fabric offers. Throws BAD_IMPORT. */
export function checkImports(
  imports: readonly ImportEntry[],
  { kind, capabilities }: Pick<Manifest, "kind" | "capabilities">,
): ImportFacts {
  const names = new Set<string>();
  const used = new Set<string>();
  let pure = true;
  for (const entry of imports) {
    const label = `${entry.module}.${entry.name}`;
    const offered = offeredImport(entry, kind);
    if (offered === undefined) throw badImport(unknownImport(entry, label, kind));
    if (entry.kind !== "function" || entry.type === undefined) {
      throw badImport(`import ${label} must be a function, not a ${entry.kind}`);
    }
    if (!sameFunctionType(entry.type, offered.type)) {
      const is = functionTypeText(entry.type);
      throw badImport(`import ${label} must have the type ${functionTypeText(offered.type)}, it has ${is}`);
    }
    if (offered.capability !== undefined && !capabilities.includes(offered.capability)) {
      throw badImport(`import ${label} needs the capability "${offered.capability}" in the manifest`);
    }
    pure &&= !offered.effects;
    if (offered.capability !== undefined) used.add(offered.capability);
    names.add(label);
  }
  return { imports: [...names], pure, capabilities: [...used].toSorted() };
}

function offeredImport(entry: ImportEntry, kind: ModuleKind): HostImport | undefined {
  if (entry.module === hostModule) return hostImports.get(entry.name);
  return entry.module === wasiModule && kind === "wasi" ? wasiImports.get(entry.name) : undefined;
}

function unknownImport(entry: ImportEntry, label: string, kind: ModuleKind): string {
  const offered = [...hostImports.keys()].map((name) => `${hostModule}.${name}`).join(", ");
  const wasi = entry.module.startsWith("wasi_") && kind !== "wasi";
  const without = `a ${kind} kernel has no WASI; compile it without, or as a command that exports ${startExport}`;
  const advice = wasi
    ? without
    : `offered are ${offered}${kind === "wasi" ? ` and those of ${wasiModule}` : ""}`;
  return `import ${label} (${entry.kind}) does not exist; ${advice}`;
}

function checkFunction(sections: ModuleSections, name: string, wanted: FunctionType): void {
  const found = sections.exports.find((entry) => entry.name === name);
  if (found === undefined) {
    const there = sections.exports.filter(({ kind }) => kind === "function").map((entry) => entry.name);
    const list = there.length === 0 ? "no function" : there.slice(0, 16).join(", ");
    throw badExport(
      `the module must export a function "${name}" ${functionTypeText(wanted)}; it exports ${list}`,
    );
  }
  if (found.kind !== "function")
    throw badExport(`export "${name}" must be a function, it is a ${found.kind}`);
  const type = sections.functions[found.index];
  if (type === undefined || !sameFunctionType(type, wanted)) {
    const is = type === undefined ? "another type" : functionTypeText(type);
    throw badExport(`export "${name}" must have the type ${functionTypeText(wanted)}, it has ${is}`);
  }
}

const refusal = (reason: Reason) => (said: string) => new HeddleError(reason, `module: ${said}`);
const badExport = refusal("BAD_EXPORT");
const badImport = refusal("BAD_IMPORT");
