/**
 * V8 asks in each loop whether the thread is to stop. In code of its quick compiler (Liftoff) it asks only when a
 * budget is used up, and the budget counts bytes of code, not time: a loop around `memory.fill` of some megabytes goes
 * on for hours after `terminate()`. The budget belongs to dynamic tiering. Without that V8 asks every time round, and
 * optimizes every function that is called, in the background.
 *
 * Tail calls are never asked about at all and are refused at admission. Turning Liftoff off altogether (`node
 * --no-liftoff`) is as good and makes first calls faster, but only on the command line: switched off later, V8 aborts
 * in modules that were compiled before, Node's own among them.
 */
import { setFlagsFromString } from "node:v8";

let done = false;

/** Makes WebAssembly interruptible in this process. Has to be called before a kernel is compiled. */
export function makeWasmInterruptible(): void {
  if (done) return;
  done = true;
  setFlagsFromString("--no-wasm-dynamic-tiering");
}
