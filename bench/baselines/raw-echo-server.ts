/**
 * The server of the bare echo: grpc-js and nothing else. Messages stay the buffers that came off the wire, since both
 * serializers are the identity, and the handler answers in the same turn.
 */
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { answerRequests, configOf } from "../processes/child.ts";
import { echoPath, type RawEchoReady, type RawEchoServerConfig } from "./raw-echo.ts";

const identity = (message: Buffer): Buffer => message;
const echo = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void =>
  reply(null, call.request);

const { listen } = configOf<RawEchoServerConfig>();
const server = new Server({ "grpc.enable_channelz": 0 });
server.register(echoPath, echo, identity, identity, "unary");
server.bindAsync(listen, ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  const ready: RawEchoReady = { address: listen.replace(/:0$/, `:${port}`) };
  answerRequests(ready, () => Promise.reject(new Error("the echo server takes no requests")));
});
