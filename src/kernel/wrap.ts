/**
 * Makes a self-describing module of one that was built elsewhere: adds the sections that say what it is. The kind is
 * what the caller says it is, or what its imports and exports leave no doubt about; nothing is guessed.
 */
import { HeddleError } from "../base/error.ts";
import { writeDescriptorSet } from "../wire/descriptor-write.ts";
import { readKernelSchema } from "../wire/schema.ts";
import type { ModuleKind } from "./module-kind.ts";
import { checkKernelName, type ManifestInput } from "./manifest.ts";
import { CustomSection, parseModule, type ModuleSections } from "./module.ts";
import { readToolchain } from "./toolchain.ts";
import { describeRaw } from "./raw-interface.ts";
import { withSections } from "./sections.ts";
import { wasiImports, wasiModule } from "./wasi-imports.ts";
import { describeCommand, startExport } from "./wasi-command.ts";

/** What the caller says of a module. */
export interface WrapOptions {
  /** Name of the kernel. Default: the package of `descriptor`; needed otherwise. */
  readonly name?: string;
  /** Its exports are functions of numbers. Default false. */
  readonly raw?: boolean;
  /** FileDescriptorSet of the messages that its functions take and give. Default none. */
  readonly descriptor?: Uint8Array;
  /** Limits. Default those of every manifest. */
  readonly manifest?: Pick<ManifestInput, "timeLimitMs" | "memoryMaxBytes">;
}

/**
 * A module with its sections; one that has them already is given back as it is. Throws BAD_MODULE with advice when
 * it cannot be told what the module is, or when it says something else than the caller; BAD_EXPORT, BAD_DESCRIPTOR,
 * RESERVED_NAME.
 */
export function wrapModule(wasm: Uint8Array, options: WrapOptions): Uint8Array {
  const sections = parseModule(wasm);
  if (isDescribed(sections, options)) return wasm;
  const kind = kindOf(sections, options);
  const { name, descriptor } = describe(sections, kind, options);
  const capabilities = kind === "wasi" ? capabilitiesOf(sections) : [];
  const compiler = readToolchain(sections);
  const manifest = { ...options.manifest, name, kind, capabilities, compiler };
  return withSections(wasm, { descriptor, manifest: JSON.stringify(manifest), sourceMap: "" });
}

/** Whether a module has its sections; then nobody else may say what it is. */
function isDescribed({ custom }: ModuleSections, { raw, descriptor }: WrapOptions): boolean {
  if (custom.size === 0) return false;
  const names = [...custom.keys()].join(", ");
  if (!custom.has(CustomSection.ABI)) {
    throw bad(`it has the sections ${names} but not ${CustomSection.ABI}; leave them to heddle`);
  }
  if (raw === true || descriptor !== undefined) {
    throw bad(
      `it says itself what it is (${names}); deploy it as it is, or the module from which it was made`,
    );
  }
  return true;
}

function kindOf({ exports, imports }: ModuleSections, { raw = false, descriptor }: WrapOptions): ModuleKind {
  if (raw && descriptor !== undefined) {
    throw bad("a raw module has numbers and no messages; give either raw or a .proto file");
  }
  if (raw) return "raw";
  if (descriptor !== undefined) return "typed";
  const starts = exports.some(({ name, kind }) => name === startExport && kind === "function");
  const wasi = imports.some(({ module }) => module === wasiModule);
  if (starts && wasi) return "wasi";
  const found = starts
    ? `it exports ${startExport} but imports nothing of ${wasiModule}`
    : `it exports no ${startExport}`;
  throw bad(
    `it does not say what it is, and is no WASI command (${found}); deploy it with --raw when its exports take and ` +
      `give numbers, with --proto FILE when they take and give messages`,
  );
}

function describe(sections: ModuleSections, kind: ModuleKind, { name, descriptor }: WrapOptions) {
  if (kind === "typed" && descriptor !== undefined) {
    const schema = readKernelSchema(descriptor);
    if (name !== undefined && name !== schema.package) {
      const said = `the package of the .proto file is "${schema.package}", so the kernel cannot be called "${name}"`;
      throw new HeddleError("BAD_DESCRIPTOR", `descriptor: ${said}; they have to be the same`);
    }
    checkKernelName(schema.package);
    return { name: schema.package, descriptor };
  }
  if (name === undefined) throw new HeddleError("BAD_REQUEST", "the kernel needs a name");
  checkKernelName(name);
  const set = kind === "raw" ? describeRaw(sections, name) : describeCommand(name);
  return { name, descriptor: writeDescriptorSet(set) };
}

/** What a command's imports need; the manifest lists it so that it can be seen. */
function capabilitiesOf({ imports }: ModuleSections): string[] {
  const needed = imports.flatMap(({ module, name }) =>
    module === wasiModule ? (wasiImports.get(name)?.capability ?? []) : [],
  );
  return [...new Set(needed)].toSorted();
}

function bad(said: string): HeddleError {
  return new HeddleError("BAD_MODULE", `module: ${said}`);
}
