/**
 * The relay and the server behind it. Both keep messages as the buffers that came off the wire. grpc-js has no option
 * for what a server lets come in at once, 64 KiB to a stream and to a connection, so its HTTP/2 server is told.
 */
import type { Http2Server, ServerHttp2Session } from "node:http2";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { tuneServerHeap } from "../../src/cli/server-heap.ts";
import { answerRequests, configOf } from "../processes/child.ts";
import {
  relayChannelOptions,
  relayWindowBytes,
  streamPath,
  unaryPath,
  type RelayConfig,
  type RelayReady,
} from "./raw-relay.ts";

type Stream = ServerDuplexStream<Buffer, Buffer>;

tuneServerHeap();
const { next } = configOf<RelayConfig>();
const identity = (message: Buffer): Buffer => message;
const server = new Server(relayChannelOptions);

if (next === undefined) {
  const echo = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void =>
    reply(null, call.request);
  server.register(unaryPath, echo, identity, identity, "unary");
  server.register(streamPath, (stream: Stream) => stream.pipe(sink(stream)), identity, identity, "bidi");
} else {
  const client = new Client(next, credentials.createInsecure(), relayChannelOptions);
  const pass = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void =>
    void client.makeUnaryRequest(unaryPath, identity, identity, call.request, (error, response) =>
      reply(error, response),
    );
  server.register(unaryPath, pass, identity, identity, "unary");
  const pipe = (stream: Stream): void => {
    const onward = client.makeBidiStreamRequest<Buffer, Buffer>(streamPath, identity, identity);
    stream.pipe(sink(onward)).pipe(sink(stream));
  };
  server.register(streamPath, pipe, identity, identity, "bidi");
}

server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  widen(relayWindowBytes);
  const ready: RelayReady = { address: `127.0.0.1:${port}` };
  answerRequests(ready, () => Promise.reject(new Error("the relay takes no requests")));
});

/** What may be piped into: the types of grpc-js and Node differ in the names of encodings. */
function sink<Target>(stream: Target): Target & NodeJS.WritableStream {
  return stream as Target & NodeJS.WritableStream;
}

function widen(windowBytes: number): void {
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> }; // private
  for (const http2Server of http2Servers.keys()) {
    http2Server.updateSettings({ initialWindowSize: windowBytes });
    http2Server.on("session", (session: ServerHttp2Session) => session.setLocalWindowSize(windowBytes));
  }
}
