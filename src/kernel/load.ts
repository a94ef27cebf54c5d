import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { digestOf, inspectModule } from "./admission.ts";
import type { InstancePlan } from "./call-plan.ts";
import { compileEarly } from "./early-compile.ts";
import type { InstanceForm } from "./instance-form.ts";
import type { NormalizedModule } from "./normalize.ts";
import { makeWasmInterruptible } from "./v8-flags.ts";
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
  /** The form for short calls, see `watched-module.ts`; undefined where there is none. */
  readonly watched?: InstanceForm | undefined;
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
  return loadVerified(bytes, digest);
}

/** As `loadKernel`, for bytes of which it is certain that this is their digest. */
export async function loadVerified(bytes: Uint8Array, digest: KernelDigest): Promise<KernelModule> {
  makeWasmInterruptible();
  const { likely, compile } = compileEarly(bytes);
  const { kernel, normalized } = inspectModule(bytes, digest, likely);
  const [module, watched] = await Promise.all([
    compiled(compile(normalized.bytes), digest),
    compileWatched(normalized, kernel.plan),
  ]);
  const { plan, functions } = kernel;
  const { timeLimitMs, memoryMaxBytes } = kernel.manifest;
  return { digest, module, plan, functions, timeLimitMs, memoryMaxBytes, watched };
}

async function compileWatched(
  normalized: NormalizedModule,
  plan: InstancePlan,
): Promise<InstanceForm | undefined> {
  const watched = watchModule(normalized);
  if (watched === undefined) return undefined;
  try {
    return { module: await WebAssembly.compile(watched.bytes), plan: { ...plan, watch: watched.watch } };
  } catch {
    return undefined; // code at one of V8's bounds may be beyond it with the mark; it runs without, then
  }
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
