/** Heddle's load client for large payloads: a map of `payload/echo` for a time; every byte of every result is compared. */
import { tuneServerHeap } from "../../src/cli/server-heap.ts";
import { connect } from "../../src/index.ts";
import { answerRequests, configOf } from "../processes/child.ts";

/** What the client is told. */
export interface PayloadConfig {
  readonly address: string;
  readonly payloadBytes: number;
}

/** What a map gave. */
export interface PayloadRound {
  readonly items: number;
  readonly elapsedMs: number;
}

tuneServerHeap(); // as the processes of the relay do
const { address, payloadBytes } = configOf<PayloadConfig>();
const fabric = await connect(address);
/** Inputs differ in their first bytes. A map has encoded an input by the time it asks for the next. */
const pattern = Buffer.alloc(payloadBytes, 7);

answerRequests("ready", async (message): Promise<PayloadRound> => {
  const { durationMs } = message as { readonly durationMs: number }; // sent by payload-bandwidth.bench.ts
  const begun = performance.now();
  let items = 0;
  for await (const { index, value } of fabric.map<Uint8Array>("payload/echo", inputs(begun + durationMs))) {
    check(index, value);
    items++;
  }
  return { items, elapsedMs: performance.now() - begun };
});

function* inputs(endAt: number): Generator<{ data: Uint8Array }> {
  let index = 0;
  do {
    pattern.writeDoubleLE(index++, 0);
    yield { data: pattern };
  } while (performance.now() < endAt);
}

function check(index: number, value: Uint8Array | undefined): void {
  pattern.writeDoubleLE(index, 0);
  if (value === undefined || !pattern.equals(value)) throw new Error(`result ${index} is not its input`);
}
