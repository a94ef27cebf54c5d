/** The same trajectories in three ways: one call after the other, as a map, and by the same module in this process. */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { digestOf } from "../kernel/admission.ts";
import { createInstance } from "../kernel/instance.ts";
import { loadKernel } from "../kernel/load.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { decodeMessage, encodeMessage } from "../wire/message.ts";
import { readKernelSchema } from "../wire/schema.ts";
import { runSweep } from "./sweep-run.ts";
import { checkTrajectory, sweepFunction, sweepInput, type Trajectory } from "./sweep.ts";

/** Milliseconds for the same trajectories. */
export interface Comparison {
  readonly count: number;
  readonly callsMs: number;
  readonly mapMs: number;
  readonly inProcessMs: number;
}

/** Times all three; every result is checked in each. `wasm` is the deployed module of the sweep's kernel. */
export async function compare(
  fabric: Fabric,
  wasm: Uint8Array,
  descriptorSet: Uint8Array,
  count: number,
): Promise<Comparison> {
  const callsMs = await timeCalls(fabric, count);
  const map = await runSweep(fabric, count, undefined);
  if (map.wrong !== undefined) throw new HeddleError("INTERNAL", map.wrong);
  const inProcessMs = await timeInProcess(wasm, descriptorSet, count);
  return { count, callsMs, mapMs: map.milliseconds, inProcessMs };
}

async function timeCalls(fabric: Fabric, count: number): Promise<number> {
  const startedAt = systemClock.now();
  for (let index = 0; index < count; index++) {
    check(index, await fabric.invoke<Trajectory>(sweepFunction, sweepInput(index)));
  }
  return systemClock.now() - startedAt;
}

async function timeInProcess(wasm: Uint8Array, descriptorSet: Uint8Array, count: number): Promise<number> {
  const name = sweepFunction.slice(sweepFunction.indexOf("/") + 1);
  const schema = readKernelSchema(descriptorSet).functions.find((fn) => fn.name === name);
  const kernel = await loadKernel(wasm, digestOf(wasm));
  const instance = createInstance({ ...kernel, sinks: { log: () => {} } });
  const position = kernel.functions.indexOf(name);
  if (schema === undefined || position < 0)
    throw new HeddleError("INTERNAL", `the module has no function ${name}`);
  const startedAt = systemClock.now();
  for (let index = 0; index < count; index++) {
    const request = encodeMessage(schema.request, sweepInput(index));
    if (!instance.call(position, request, 0, request.length)) {
      throw new HeddleError(
        "INTERNAL",
        `trajectory ${index} failed in process: ${instance.failure?.message ?? ""}`,
      );
    }
    const response = instance.bytes.subarray(instance.resultAt, instance.resultAt + instance.resultSize);
    check(index, decodeMessage(schema.response, response)["value"] as Trajectory); // the kernel's descriptor says so
  }
  return systemClock.now() - startedAt;
}

function check(index: number, reply: Trajectory): void {
  const wrong = checkTrajectory(index, reply);
  if (wrong !== null) throw new HeddleError("INTERNAL", wrong);
}
