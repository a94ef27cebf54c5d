import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { digestOf, inspectModule, validateModule } from "./admission.ts";
import type { InstancePlan } from "./call-plan.ts";
import type { CodeFacts } from "./code-facts.ts";
import { compileEarly, type EarlyCompile } from "./early-compile.ts";
import type { InstanceForm } from "./instance-form.ts";
import type { NormalizedModule } from "./normalize.ts";
import { setWasmFlags } from "./v8-flags.ts";
import { watchModule } from "./watched-module.ts";

/** A kernel that is ready to be instantiated: compiled once for all threads of the process. */
export interface KernelModule {
  readonly digest: KernelDigest;
  /** Of the normalised bytes. */
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly functions: readonly string[];
  readonly timeLimitMs: number;
  readonly memoryMaxBytes: number;
  /** The form for short calls, see `watched-module.ts`; undefined where there is none, or none yet. */
  watched?: InstanceForm | undefined;
}

/** A kernel that can be called. */
export interface LoadedKernel {
  readonly kernel: KernelModule;
  /**
   * Makes its form for short calls, if it is to have one. That takes longer than loading it, and first calls do not gain
   * by it, so nodes do it when they have answered those.
   */
  readonly watch: () => Promise<void>;
}

/**
 * Makes a kernel from bytes that were admitted elsewhere: verifies their digest, normalises and compiles them. Throws
 * MODULE_CORRUPT for other bytes than the digest's, and what admission throws for a module it would not admit.
 */
export async function loadKernel(bytes: Uint8Array, digest: KernelDigest): Promise<KernelModule> {
  const found = digestOf(bytes);
  if (found !== digest) {
    throw new HeddleError(
      "MODULE_CORRUPT",
      `module ${digest}: its bytes have the digest ${found}; deploy it again`,
    );
  }
  validateModule(bytes);
  const { kernel, watch } = await loadVerified(bytes, digest);
  await watch();
  return kernel;
}

/** A module of which all is begun that needs no word of its admission. */
export interface BegunLoad extends EarlyCompile {
  readonly bytes: Uint8Array;
}

/** Begins to load a module that may yet be refused: it is read and compiled, and nothing of it runs. */
export function beginLoad(bytes: Uint8Array): BegunLoad {
  setWasmFlags();
  return { bytes, ...compileEarly(bytes) };
}

/**
 * As `loadKernel`, for bytes of which it is certain that this is their digest and that they were admitted: what V8 would
 * say against them it says when a call comes to it. `facts` is what was found in their code, if that is known, and `begun` what was begun with them.
 */
export async function loadVerified(
  bytes: Uint8Array,
  digest: KernelDigest,
  facts?: CodeFacts,
  begun?: BegunLoad,
): Promise<LoadedKernel> {
  const { likely, compile } = begun?.bytes === bytes ? begun : beginLoad(bytes);
  const { kernel: admitted, normalized } = inspectModule(bytes, digest, likely, facts);
  const { plan, functions } = admitted;
  const { timeLimitMs, memoryMaxBytes } = admitted.manifest;
  const module = await compiled(compile(normalized.bytes), digest);
  const kernel: KernelModule = { digest, module, plan, functions, timeLimitMs, memoryMaxBytes };
  const watch = async (): Promise<void> => {
    kernel.watched = await compileWatched(normalized, plan);
  };
  return { kernel, watch };
}

async function compileWatched(
  normalized: NormalizedModule,
  plan: InstancePlan,
): Promise<InstanceForm | undefined> {
  const watched = watchModule(normalized);
  if (watched === undefined) return undefined;
  // Code at one of V8's bounds may be beyond it with the mark; it runs without, then.
  if (!WebAssembly.validate(watched.bytes)) return undefined;
  return { module: await WebAssembly.compile(watched.bytes), plan: { ...plan, watch: watched.watch } };
}

async function compiled(
  compiling: Promise<WebAssembly.Module>,
  digest: KernelDigest,
): Promise<WebAssembly.Module> {
  try {
    return await compiling;
  } catch (cause) {
    throw new HeddleError("BAD_MODULE", `module ${digest}: it does not compile: ${String(cause)}`, { cause });
  }
}
