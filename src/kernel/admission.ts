/**
 * Decides whether a module may become a kernel. What can be read off the bytes is checked by `admitModule`; whether
 * it starts, and without calling an import, is seen by starting it once (`rehearse`). Both run foreign work and belong
 * into a thread that can be ended.
 */
import { createHash } from "node:crypto";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { readDescriptorSet } from "../wire/descriptor-read.ts";
import { readKernelSchema, type KernelSchema } from "../wire/schema.ts";
import { checkBounds } from "./bounds.ts";
import { readCodeFacts, type CodeFacts } from "./code-facts.ts";
import { createInstance } from "./instance.ts";
import type { CallPlan, InstancePlan } from "./call-plan.ts";
import { checkInterface } from "./derived-check.ts";
import type { Manifest } from "./manifest.ts";
import { readModuleManifest } from "./module-manifest.ts";
import { abiVersion, CustomSection, parseModule, type ModuleSections } from "./module.ts";
import { normalizeModule, type NormalizedModule } from "./normalize.ts";
import { rawExports } from "./raw-interface.ts";
import { checkExports, checkImports } from "./signature.ts";
import { whyInvalid } from "./v8-flags.ts";

/** What the fabric knows of a kernel once its module is admitted. Plain data; it may be sent between threads. */
export interface AdmittedKernel {
  /** Of the uploaded bytes. */
  readonly digest: KernelDigest;
  readonly sizeBytes: number;
  /** With the memory maximum that holds. */
  readonly manifest: Manifest;
  readonly schema: KernelSchema;
  /** Names of the functions in the order of the descriptor. */
  readonly functions: readonly string[];
  /** `heddle.log`, … */
  readonly imports: readonly string[];
  /** It can do nothing but compute: it may be run again and twice. */
  readonly pure: boolean;
  /** Equal inputs give equal outputs on every machine: pure, and nothing that may differ between processors. */
  readonly deterministic: boolean;
  /** What it uses beside its own code: `clock`, `random`. */
  readonly capabilities: readonly string[];
  readonly plan: InstancePlan;
  /** For nodes, which need not look for them again. */
  readonly facts: CodeFacts;
}

/** The facts of an admitted module and the form of it that nodes compile. */
export interface Admission {
  readonly kernel: AdmittedKernel;
  readonly normalized: NormalizedModule;
}

/** A module taken apart, and the form that it will most likely have. */
export interface LikelyForm {
  readonly sections: ModuleSections;
  readonly manifest: Manifest;
  readonly normalized: NormalizedModule;
}

/** sha-256 of a module's bytes. */
export function digestOf(bytes: Uint8Array): KernelDigest {
  const digest = toKernelDigest(createHash("sha256").update(bytes).digest("hex"));
  if (digest === undefined)
    throw new HeddleError("INTERNAL", "sha-256 gave something else than 64 hex digits");
  return digest;
}

/**
 * Checks a module as far as that goes without starting it. Throws MODULE_TOO_LARGE, BAD_MODULE, BAD_MANIFEST,
 * RESERVED_NAME, MEMORY_ABOVE_CAP, BAD_IMPORT, BAD_DESCRIPTOR or BAD_EXPORT.
 */
export function admitModule(bytes: Uint8Array): AdmittedKernel {
  validateModule(bytes);
  return inspectModule(bytes).kernel;
}

/**
 * Reads a module that V8 finds valid, or will before it runs. `digest` is that of the bytes, `likely` what
 * `readLikelyForm` gives for them, and `known` what `readCodeFacts` has found in them, if that is known. Throws as
 * `admitModule` does.
 */
export function inspectModule(
  bytes: Uint8Array,
  digest: KernelDigest = digestOf(bytes),
  likely?: LikelyForm,
  known?: CodeFacts,
): Admission {
  const sections = likely?.sections ?? parseModule(bytes);
  checkAbi(sections);
  const manifest = likely?.manifest ?? readModuleManifest(sections);
  const { imports, pure, capabilities } = checkImports(sections.imports, manifest);
  const schema = readSchema(sections);
  checkPackages(schema, manifest.name);
  const functions = checkExports(sections, schema, manifest.kind);
  checkInterface(sections, schema, manifest);
  const facts = known ?? readCodeFacts(sections);
  checkBounds(sections, facts);
  const isAsLikely = likely !== undefined && facts.unrestorable.length === 0;
  const normalized = isAsLikely ? likely.normalized : normalizeModule(sections, manifest, facts);
  const kernel: AdmittedKernel = {
    digest,
    sizeBytes: bytes.length,
    manifest,
    schema,
    functions,
    imports,
    pure,
    capabilities,
    deterministic: pure && capabilities.length === 0 && !facts.varies,
    plan: { ...normalized.plan, calls: planCalls(sections, manifest, functions) },
    facts,
  };
  return { kernel, normalized };
}

/**
 * What is known of a module before its code has been looked at: the form that nodes compile is this one unless the code
 * prevents restoring its state, as little does. Gives undefined for a module that will be refused.
 */
export function readLikelyForm(bytes: Uint8Array): LikelyForm | undefined {
  try {
    const sections = parseModule(bytes);
    const manifest = readModuleManifest(sections);
    return { sections, manifest, normalized: normalizeModule(sections, manifest, likelyFacts) };
  } catch {
    return undefined; // why is told by the inspection, which meets it as well
  }
}

const likelyFacts: CodeFacts = { unrestorable: [], varies: false, growsTables: false };

function planCalls(sections: ModuleSections, manifest: Manifest, functions: readonly string[]): CallPlan {
  switch (manifest.kind) {
    case "typed":
      return { kind: "typed" };
    case "raw": {
      const types = new Map(rawExports(sections).map(({ name, type }) => [name, type]));
      return { kind: "raw", types: functions.flatMap((name) => types.get(name) ?? []) };
    }
    case "wasi":
      return { kind: "wasi", program: manifest.name };
    default:
      return manifest.kind satisfies never;
  }
}

/**
 * Starts a module once, as nodes will. Throws BAD_IMPORT when its start function calls an import and BAD_MODULE when
 * it traps. An endless start function does not return: see the head of this file.
 */
export function rehearse(module: WebAssembly.Module, { kernel }: Admission): void {
  createInstance({ module, plan: kernel.plan, functions: kernel.functions, sinks: { log: () => {} } });
}

/** Has V8 validate the uploaded bytes, whose offsets are then those in the message. Throws MODULE_TOO_LARGE, BAD_MODULE. */
export function validateModule(bytes: Uint8Array): void {
  if (bytes.length > limits.moduleMaxBytes) {
    const said = `module: it has ${bytes.length} bytes, the limit is ${limits.moduleMaxBytes}`;
    throw new HeddleError("MODULE_TOO_LARGE", said);
  }
  if (bytes.length === 0) throw new HeddleError("BAD_MODULE", "module: it is empty");
  if (WebAssembly.validate(bytes)) return;
  const said = whyInvalid(bytes) || "it is not valid WebAssembly";
  const sentence = said.replace(/^WebAssembly\.Module\(\): /, "").replace(/@\+(\d+)$/, "at byte $1");
  throw new HeddleError("BAD_MODULE", `module: it is not valid WebAssembly: ${sentence}`);
}

const missingAbi =
  "deploy it with `heddle deploy --raw` (functions of numbers), `--proto FILE` (messages), " +
  "or without either when it is a WASI command; a source in AssemblyScript with `heddle deploy FILE.ts`";

function checkAbi(sections: ModuleSections): void {
  const abi = sections.custom.get(CustomSection.ABI);
  if (abi === undefined) {
    const said = `module: it has no custom section "${CustomSection.ABI}", so it does not say what it is; ${missingAbi}`;
    throw new HeddleError("BAD_MODULE", said);
  }
  const [version] = abi;
  if (abi.length !== 1 || version !== abiVersion) {
    const is = abi.length === 1 ? `version ${version}` : `${abi.length} bytes`;
    const said = `module: the section "${CustomSection.ABI}" must say version ${abiVersion}, it says ${is}`;
    throw new HeddleError("BAD_MODULE", `${said}; build it with the heddle that deploys it`);
  }
}

/** All types of a kernel have names of their own: none can stand for one of another kernel or of the fabric. */
function checkPackages(schema: KernelSchema, name: string): void {
  if (schema.package !== name) {
    const said = `descriptor: its package "${schema.package}" must be the kernel's name "${name}"`;
    throw new HeddleError("BAD_DESCRIPTOR", said);
  }
  const other = readDescriptorSet(schema.bytes).files.find(({ package: each }) => each !== name);
  if (other === undefined) return;
  const said = `descriptor: its file ${JSON.stringify(other.name)} is of the package "${other.package}"`;
  throw new HeddleError("BAD_DESCRIPTOR", `${said}; all types of a kernel belong to the package "${name}"`);
}

function readSchema(sections: ModuleSections): KernelSchema {
  const bytes = sections.custom.get(CustomSection.DESCRIPTOR);
  if (bytes === undefined) {
    const said = `module: the custom section "${CustomSection.DESCRIPTOR}" is missing`;
    throw new HeddleError("BAD_DESCRIPTOR", said);
  }
  if (bytes.length > limits.descriptorMaxBytes) {
    const said = `descriptor: it has ${bytes.length} bytes, the limit is ${limits.descriptorMaxBytes}`;
    throw new HeddleError("BAD_DESCRIPTOR", said);
  }
  return readKernelSchema(bytes.slice());
}
