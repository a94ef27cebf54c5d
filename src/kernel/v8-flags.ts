/**
 * How V8 has to treat kernels. Both settings are of the process, and both have to be made before a kernel is compiled.
 *
 * V8 asks in each loop whether the thread is to stop. In code of its quick compiler (Liftoff) it asks only when a
 * budget is used up, and the budget counts bytes of code, not time: a loop around `memory.fill` of some megabytes goes
 * on for hours after `terminate()`. The budget belongs to dynamic tiering. Without that V8 asks every time round, and
 * optimizes every function that is called, in the background.
 *
 * Tail calls are never asked about at all and are refused at admission. Turning Liftoff off altogether (`node
 * --no-liftoff`) is as good and makes first calls faster, but only on the command line: switched off later, V8 aborts
 * in modules that were compiled before, Node's own among them.
 *
 * V8 validates a whole module when it is compiled, although it compiles each function when it is first called. For
 * modules that were validated at admission that is work done twice, most of what loading a large one takes. So V8
 * validates each function when it compiles it, which it never leaves out; `WebAssembly.validate` still looks at all
 * of them, and admission asks it (`docs/decisions/0014-loading-once.md`).
 */
import { setFlagsFromString } from "node:v8";

let done = false;

/** Makes WebAssembly interruptible in this process, and has it validate functions when they are first called. */
export function setWasmFlags(): void {
  if (done) return;
  done = true;
  setFlagsFromString("--no-wasm-dynamic-tiering");
  setFlagsFromString(lazily);
}

/**
 * What V8 has against a module that `WebAssembly.validate` refuses and nobody has compiled; "" when it says nothing. To
 * be told it has to compile the module as it does by default, meanwhile.
 */
export function whyInvalid(bytes: Uint8Array): string {
  const validatesLazily = compileError(emptyBody) === "";
  if (!validatesLazily) return compileError(bytes);
  setFlagsFromString(eagerly);
  try {
    return compileError(bytes);
  } finally {
    setFlagsFromString(lazily);
  }
}

const lazily = "--wasm-lazy-validation";
const eagerly = "--no-wasm-lazy-validation";

/** A module whose function has to give a number and gives none. */
const emptyBody = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7f], // () → i32
  ...[3, 2, 1, 0],
  ...[10, 4, 1, 2, 0, 0x0b],
]);

function compileError(bytes: Uint8Array): string {
  try {
    new WebAssembly.Module(bytes); // only for what it throws
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
