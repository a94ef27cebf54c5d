import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { digestOf, inspectModule } from "./admission.ts";
import type { InstancePlan } from "./call-plan.ts";
import { makeWasmInterruptible } from "./v8-flags.ts";

/** A kernel that is ready to be instantiated: compiled once for all threads of the process. */
export interface KernelModule {
  readonly digest: KernelDigest;
  /** Of the normalised bytes. */
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly functions: readonly string[];
  readonly timeLimitMs: number;
  readonly memoryMaxBytes: number;
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
  const { kernel, normalized } = inspectModule(bytes);
  makeWasmInterruptible();
  const module = await compile(normalized.bytes, digest);
  const { timeLimitMs, memoryMaxBytes } = kernel.manifest;
  return { digest, module, plan: kernel.plan, functions: kernel.functions, timeLimitMs, memoryMaxBytes };
}

async function compile(bytes: Uint8Array, digest: KernelDigest): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new HeddleError("BAD_MODULE", `module ${digest}: it does not compile: ${String(cause)}`, { cause });
  }
}
