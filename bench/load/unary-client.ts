/** The stock client of the native figure: unary calls of grpc-js; every reply is compared with the one it must be. */
import { configOf } from "../processes/child.ts";
import { serveUnaryCalls } from "./unary-calls.ts";

/** What the client is told. */
export interface UnaryConfig {
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  /** Request message in hex. */
  readonly request: string;
  /** Reply message in hex. */
  readonly reply: string;
  readonly connections: number;
}

const { request, reply: wanted, ...target } = configOf<UnaryConfig>();
const expected = Buffer.from(wanted, "hex");

serveUnaryCalls({
  ...target,
  request: Buffer.from(request, "hex"),
  faultOf: (reply) =>
    reply?.equals(expected) === true ? undefined : `wrong reply: ${reply?.toString("hex")}`,
});
