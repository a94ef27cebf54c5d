/**
 * What a Piscina thread runs: the module of the map, called by the same code as on a node, with the same reset before
 * every call. There is nothing else: no limits on time, no cancelling, no errors per item.
 */
import { workerData } from "piscina";
import { createInstance } from "../../src/kernel/instance.ts";
import type { KernelModule } from "../../src/kernel/load.ts";

const { module, plan, functions } = workerData as KernelModule; // piscina-client.ts gives nothing else
const instance = createInstance({ module, plan, functions, sinks: { log: () => {} } });
const position = functions.indexOf("stamp");

/** One request; gives its response. */
export function one(request: Uint8Array): Uint8Array {
  if (!instance.call(position, request, 0, request.length)) throw new Error(instance.failure?.message);
  return instance.bytes.slice(instance.resultAt, instance.resultAt + instance.resultSize);
}

/** Requests of one size, one after the other; gives their responses, which have the same size. */
export function many({
  requests,
  size,
}: {
  readonly requests: Uint8Array;
  readonly size: number;
}): Uint8Array {
  const responses = new Uint8Array(requests.length);
  for (let at = 0; at < requests.length; at += size) {
    if (!instance.call(position, requests, at, size)) throw new Error(instance.failure?.message);
    responses.set(instance.bytes.subarray(instance.resultAt, instance.resultAt + instance.resultSize), at);
  }
  return responses;
}
