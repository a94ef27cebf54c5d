import { Metadata } from "@grpc/grpc-js";

/**
 * Trailing metadata that is sent once, as it is. The library copies, checks and converts what it is given, entry by
 * entry: 2 µs a call for half a dozen short trailers whose names and values are our own, rather than 0.3.
 */
export function trailersOf(headers: Readonly<Record<string, string>>): Metadata {
  return new FixedMetadata(headers);
}

class FixedMetadata extends Metadata {
  readonly #headers: Readonly<Record<string, string>>;

  constructor(headers: Readonly<Record<string, string>>) {
    super();
    this.#headers = headers;
  }

  override clone(): Metadata {
    return this;
  }

  override toHttp2Headers(): Record<string, string> {
    return { ...this.#headers };
  }
}
