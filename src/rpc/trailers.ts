import { Metadata } from "@grpc/grpc-js";

/**
 * Trailing metadata that is sent once, as it is. The library copies, checks and converts what it is given, entry by
 * entry, which for a handful of short trailers costs a tenth of a small call; here names and values are our own.
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
