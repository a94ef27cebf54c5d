import { HeddleError } from "../base/error.ts";
import type { FrameSink, HelloFrame } from "./frame.ts";
import { readFrames } from "./frame-reader.ts";

/** The Hello that is the whole first message of a stream. Throws PROTOCOL when there is none or more. */
export function readFirstHello(message: Buffer): HelloFrame {
  let hello: HelloFrame | undefined;
  const unexpected = (): never => {
    throw new HeddleError("PROTOCOL", "the first message of a stream is a Hello alone");
  };
  const sink: FrameSink = {
    hello: (frame) => {
      if (hello !== undefined) unexpected();
      hello = frame;
    },
    welcome: unexpected,
    function: unexpected,
    batch: unexpected,
    chunk: unexpected,
    cancel: unexpected,
    pause: unexpected,
    result: unexpected,
    log: unexpected,
    credit: unexpected,
  };
  readFrames(message, "opener", sink);
  return hello ?? unexpected();
}
