import type { HeddleError } from "../base/error.ts";

/** A call of a unary method with raw bytes on both sides: what is in a message is between the caller and who answers. */
export interface RawCall {
  readonly path: string;
  /** The request message, in memory of its own. */
  readonly request: Buffer;
  /** Time left in ms, 0 when it is over; Infinity for none. */
  readonly deadlineMs: number;
  /** Who calls, the same for all calls of a connection: `unary host:port`. */
  readonly caller: string;
  /** Metadata by its name in lower case. */
  header(name: string): string | undefined;
}

/** Where the outcome goes; one of the two is called, once. */
export interface RawAnswer {
  succeeded(response: Buffer, trailers: Readonly<Record<string, string>>): void;
  failed(error: HeddleError): void;
}

/** Takes a call; what it gives is cancelled when the caller goes before the outcome comes, and perhaps after it. */
export type TakeRawCall = (call: RawCall, answer: RawAnswer) => { cancel(): void } | undefined;
