/** The load client of the relay. A slot of the load has one payload in flight; every byte that comes back is compared. */
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
      else if (reply === undefined || !payload.equals(reply))
        loop.failed(new Error("a reply is not its request"));
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
    const at = payloadBytes - missing;
    if (payload.compare(message, 0, message.length, at, at + message.length) !== 0)
      return loop.failed(new Error(`a reply is not its request from byte ${at} on`));
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
