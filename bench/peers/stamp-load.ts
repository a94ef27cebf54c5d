/** The load clients of peers: different bytes in every request, every reply checked, nothing made per call. */
import { serveRounds, type LoadLoop } from "../load/load.ts";
import { Stamp } from "../load/stamp.ts";

/** How a peer is asked. */
export interface StampLoad<Reply> {
  readonly payloadBytes: number;
  /** Asks for the stamp on this; one of the two is called when the reply is there, or cannot come. */
  send(data: Uint8Array, replied: (reply: Reply) => void, failed: (error: unknown) => void): void;
  /** The bytes of a reply. */
  bytesOf(reply: Reply): Uint8Array;
}

interface Slot<Reply> {
  readonly stamp: Stamp;
  readonly replied: (reply: Reply) => void;
}

/** The main program of a load client. */
export function serveStampLoad<Reply>({ payloadBytes, send, bytesOf }: StampLoad<Reply>): void {
  const slots: Slot<Reply>[] = [];
  let loop: LoadLoop;
  let sequence = 0;
  const failed = (error: unknown): void => loop.failed(error);
  const slotOf = (number: number): Slot<Reply> => {
    const stamp = new Stamp(number, payloadBytes);
    const replied = (reply: Reply): void => {
      try {
        stamp.check(bytesOf(reply));
      } catch (error) {
        loop.failed(error);
        return;
      }
      loop.finished(number);
    };
    return { stamp, replied };
  };
  serveRounds({
    begin(begun) {
      loop = begun;
    },
    call(number) {
      const { stamp, replied } = (slots[number] ??= slotOf(number));
      stamp.next(++sequence);
      send(stamp.data, replied, failed);
    },
  });
}
