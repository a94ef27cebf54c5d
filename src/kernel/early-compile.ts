/**
 * Compiling a module while it is being inspected. V8 compiles on threads of its own, so both go on at the same time; the
 * form that nodes compile is known from the sections, but for the few modules whose code prevents restoring their state.
 */
import type { KernelDigest } from "../base/ids.ts";
import {
  inspectModule,
  readLikelyForm,
  validateModule,
  type Admission,
  type LikelyForm,
} from "./admission.ts";

/** A module that is being compiled. */
export interface EarlyCompile {
  /** For its inspection. */
  readonly likely: LikelyForm | undefined;
  /** Compiles a form of the module; for the likely one, that has begun already. */
  readonly compile: (form: Uint8Array) => Promise<WebAssembly.Module>;
}

/** Begins to compile a module in the form that it will most likely have. */
export function compileEarly(bytes: Uint8Array): EarlyCompile {
  const likely = readLikelyForm(bytes);
  if (likely === undefined) return { likely, compile: (form) => WebAssembly.compile(form) };
  const likelyBytes = likely.normalized.bytes;
  const compiling = WebAssembly.compile(likelyBytes);
  compiling.catch(() => {}); // whoever needs it is told
  return { likely, compile: (form) => (form === likelyBytes ? compiling : WebAssembly.compile(form)) };
}

/** A module that may become a kernel, but for its start. */
export interface CheckedModule {
  readonly admission: Admission;
  /** Of the form that nodes compile. */
  readonly module: WebAssembly.Module;
}

/** Checks a module as `admitModule` does, and compiles it. What V8 says against it comes before all else. */
export function checkModule(bytes: Uint8Array, digest: KernelDigest): CheckedModule {
  validateModule(bytes);
  const admission = inspectModule(bytes, digest);
  const form = admission.normalized.bytes;
  // Compiling it need not validate it.
  if (Buffer.compare(form, bytes) !== 0) validateModule(form);
  return { admission, module: new WebAssembly.Module(form) };
}
