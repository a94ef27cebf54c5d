/**
 * Payloads that prove something. Every request is different. The reply must be the request with two ones at its start,
 * which the kernel `fresh/stamp` counts in a global and in its memory: so the kernel ran, on this very request, and it
 * found fresh state.
 *
 *   bytes 0–3   calls that a global has seen: 0 in the request, 1 in the reply
 *   bytes 4–7   calls that memory has seen, likewise
 *   bytes 8–15  number of the call
 *   the rest    a pattern of the slot
 */

/** What a client that sends stamps is told. */
export interface StampConfig {
  readonly address: string;
  readonly payloadBytes: number;
  /** OTEL_* variables by which it traces its calls; default: not at all. */
  readonly telemetry?: Readonly<Record<string, string>>;
}

/** The request of a slot, which has one call in flight at a time, and the reply it must get. */
export class Stamp {
  /** The bytes of the request; `next` changes them, so they must have been copied by then. */
  readonly data: Buffer;
  /** The bytes that the reply must have. */
  readonly expected: Buffer;

  constructor(slot: number, bytes: number) {
    this.data = Buffer.from(Array.from({ length: bytes }, (_, at) => (slot * 31 + at * 7) % 256));
    this.data.fill(0, 0, 8);
    this.expected = Buffer.from(this.data);
    this.expected.writeUInt32LE(1, 0);
    this.expected.writeUInt32LE(1, 4);
  }

  /** Makes the request that of another call. */
  next(sequence: number): void {
    this.data.writeDoubleLE(sequence, 8);
    this.expected.writeDoubleLE(sequence, 8);
  }

  /** Throws unless this is the right reply to the last call. */
  check(reply: Uint8Array): void {
    const expected = this.expected;
    let differences = reply.length ^ expected.length;
    // Buffer.equals would first move each short array out of V8's heap, which costs more than these few bytes.
    for (let at = 0; at < expected.length; at++) differences |= (reply[at] ?? 0) ^ (expected[at] ?? 0);
    if (differences === 0) return;
    const got = Buffer.from(reply).toString("hex");
    throw new Error(`wrong reply: expected ${expected.toString("hex")}, got ${got}`);
  }
}
