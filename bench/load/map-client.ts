/** The load client of `fabric.map`: what an application writes, every result checked byte by byte. */
import { connect } from "../../src/index.ts";
import { answerRequests, configOf } from "../processes/child.ts";
import type { Pace } from "./load.ts";
import { Stamp, type StampConfig } from "./stamp.ts";

const { address, payloadBytes } = configOf<StampConfig>();
const fabric = await connect(address);
answerRequests("ready", (request) => mapFor((request as { readonly durationMs: number }).durationMs)); // sent by map-subjects.ts

/** Maps for so long; gives how many items there were and how long they took. */
async function mapFor(durationMs: number): Promise<Pace> {
  const stamp = new Stamp(0, payloadBytes);
  const begun = performance.now();
  let calls = 0;
  for await (const { index, value } of fabric.map<Uint8Array>("fresh/stamp", inputs(begun + durationMs))) {
    if (index !== calls++ || value === undefined)
      throw new Error(`item ${index} came as number ${calls - 1}`);
    stamp.next(index);
    stamp.check(value);
  }
  return { calls, elapsedMs: performance.now() - begun };
}

/** An input for each item, different from all others, until the time is up. */
function* inputs(endAt: number): Generator<{ readonly data: Uint8Array }> {
  const stamp = new Stamp(0, payloadBytes);
  let index = 0;
  do {
    stamp.next(index++);
    yield { data: stamp.data };
  } while (index % 256 !== 0 || performance.now() < endAt);
}
