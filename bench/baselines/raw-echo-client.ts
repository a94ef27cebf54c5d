/** The load client of the bare echo: unary calls of grpc-js, and only the length of a reply is looked at. */
import { configOf } from "../processes/child.ts";
import { serveUnaryCalls } from "../load/unary-calls.ts";
import { echoPath, type RawEchoConfig } from "./raw-echo.ts";

const { address, channels, payloadBytes } = configOf<RawEchoConfig>();

serveUnaryCalls({
  address,
  path: echoPath,
  request: Buffer.alloc(payloadBytes, 7),
  connections: channels,
  faultOf: (reply) =>
    reply?.length === payloadBytes ? undefined : `a reply has ${reply?.length} bytes, not ${payloadBytes}`,
});
