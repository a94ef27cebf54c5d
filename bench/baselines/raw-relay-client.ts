/** The load client of the relay. A slot of the load has one payload in flight; only the number of bytes is looked at. */
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { tuneServerHeap } from "../../src/cli/server-heap.ts";
import { configOf } from "../processes/child.ts";
import { serveRounds, type LoadLoop } from "../load/load.ts";
import { relayChannelOptions, streamPath, unaryPath, type RelayClientConfig } from "./raw-relay.ts";

tuneServerHeap();
const { address, way, payloadBytes, messageBytes } = configOf<RelayClientConfig>();
const identity = (message: Buffer): Buffer => message;
const client = new Client(address, credentials.createInsecure(), relayChannelOptions);
const payload = Buffer.alloc(payloadBytes, 7);
let loop: LoadLoop;

serveRounds({
  begin(begun) {
    loop = begun;
  },
  call: way === "unary" ? unary() : streamed(),
});

function unary(): (slot: number) => void {
  return (slot) => {
    client.makeUnaryRequest(unaryPath, identity, identity, payload, (error: ServiceError | null, reply) => {
      if (error !== null) loop.failed(error);
      else if (reply?.length !== payloadBytes) loop.failed(new Error(`a reply has ${reply?.length} bytes`));
      else loop.finished(slot);
    });
  };
}

/** Payloads come back in the order in which they were sent: so many bytes are the oldest slot's reply. */
function streamed(): (slot: number) => void {
  const stream = client.makeBidiStreamRequest<Buffer, Buffer>(streamPath, identity, identity);
  const slots: number[] = [];
  let missing = payloadBytes;
  stream.on("error", (error) => loop.failed(error));
  stream.on("data", (message: Buffer) => {
    missing -= message.length;
    if (missing > 0) return;
    missing += payloadBytes;
    loop.finished(slots.shift() ?? 0);
  });
  return (slot) => {
    slots.push(slot);
    for (let at = 0; at < payloadBytes; at += messageBytes)
      stream.write(payload.subarray(at, at + messageBytes));
  };
}
