/**
 * One side of the `reset.cost` figures, in a process of its own: what garbage instances leave behind must not be the
 * other side's to clear away.
 */
import { readFileSync } from "node:fs";
import { createInstance } from "../../src/kernel/instance.ts";
import { inspectModule } from "../../src/kernel/admission.ts";
import { setWasmFlags } from "../../src/kernel/v8-flags.ts";
import { answerRequests, configOf } from "../processes/child.ts";

/** What the process is told. */
export interface ResetConfig {
  readonly side: "reset" | "new instance";
  /** A wrapped module of `dirty-module.ts`: built by the suite, since what it is built with keeps compiling for seconds. */
  readonly file: string;
}

/** What it is asked for. */
export interface ResetRequest {
  readonly durationMs: number;
}

/** Calls between two looks at the clock. */
const callsPerLook = 16;
const values = Array.from({ length: callsPerLook }, (_, index) => index + 1);

const { side, file } = configOf<ResetConfig>();
setWasmFlags();
const { kernel, normalized } = inspectModule(readFileSync(file));
const module = new WebAssembly.Module(normalized.bytes);
const call = side === "reset" ? resetAndCall() : newInstanceAndCall();

answerRequests(null, async (request) => measure((request as ResetRequest).durationMs)); // nothing else is sent

/** The mean time of a call, in µs. */
function measure(durationMs: number): number {
  const begun = performance.now();
  let calls = 0;
  let elapsedMs = 0;
  do {
    for (const value of values) call(value);
    calls += callsPerLook;
    elapsedMs = performance.now() - begun;
  } while (elapsedMs < durationMs);
  return (elapsedMs / calls) * 1000;
}

/** The product's way: the instance that workers use, from the bytes of a request to those of the response. */
function resetAndCall(): (value: number) => void {
  const { plan, functions } = kernel;
  const instance = createInstance({ module, plan, functions, sinks: { log: () => {} } });
  const messages = [0, ...values].map(dirtyMessage);
  return (value) => {
    const message = messages[value] ?? dirtyMessage(value);
    const done = instance.call(0, message, 0, message.length);
    const { bytes, resultAt, resultSize } = instance;
    const right = resultSize === 2 && bytes[resultAt] === message[0] && bytes[resultAt + 1] === value;
    if (!done || !right || instance.rebuilds > 0) throw new Error(`a call with ${value} went wrong`);
  };
}

function newInstanceAndCall(): (value: number) => void {
  return (value) => {
    const { dirty } = new WebAssembly.Instance(module).exports;
    if (typeof dirty !== "function" || dirty(value) !== value)
      throw new Error(`a call with ${value} went wrong`);
  };
}

/** The response to a call with this value between 1 and 127, as bytes; the request has the same bytes. */
function dirtyMessage(value: number): Uint8Array {
  return Uint8Array.of(0x08, value);
}
