import { Client, credentials, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { answererDuplex } from "../../src/rpc/duplex.ts";

const bytes = (value: Buffer): Buffer => value;
const method = {
  path: "/test.Streams/Open",
  requestStream: true,
  responseStream: true,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
} as const;

/** A server whose streams are duplexes that nobody closes, and a client of it. */
async function setup(): Promise<Client> {
  const server = new Server();
  const ignore = { message: () => {}, drained: () => {}, closed: () => {} };
  const open = (stream: ServerDuplexStream<Buffer, Buffer>) => void answererDuplex(stream, ignore);
  server.addService({ Open: method }, { Open: open });
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return client;
}

describe("answererDuplex", () => {
  // A client that closed its fabric and lived on kept both of its streams half open at the gateway, and `heddle up`
  // then took ten seconds to stop.
  it("answers the peer's end with its own, so that the call is over", async () => {
    const client = await setup();
    const stream = client.makeBidiStreamRequest(method.path, bytes, bytes);
    stream.on("data", () => {});
    const status = new Promise<number>((resolve) => stream.on("status", ({ code }) => resolve(code)));
    stream.end();
    expect(await status).toBe(0);
  });
});
