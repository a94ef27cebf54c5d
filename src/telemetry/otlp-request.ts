/**
 * A request of OTLP, `resource_spans = 1 { resource = 1, scope_spans = 2 { scope = 1, spans = 2 … } }`, of spans that are
 * already written: what is the same in every request is made once.
 */
import { attributeBytes, lengthDelimited, varintBytes } from "./attribute-bytes.ts";
import type { SpanAttributes } from "./span-source.ts";

const resourceSpans = (1 << 3) | 2;
const scopeSpans = (2 << 3) | 2;
const attributesTag = Uint8Array.of((1 << 3) | 2);

/** Makes requests of a process with these attributes and one scope. */
export class OtlpRequests {
  readonly #resource: Uint8Array;
  readonly #scope: Uint8Array;
  /** Used again for each request; see `span-bytes.ts`. */
  #body: Buffer = Buffer.alloc(0);

  constructor(resource: SpanAttributes, scope: string) {
    const pairs = Object.entries(resource).flatMap(([key, value]) =>
      value === undefined ? [] : [attributesTag, attributeBytes(key, value)],
    );
    this.#resource = lengthDelimited(1, Buffer.concat(pairs));
    this.#scope = lengthDelimited(1, lengthDelimited(1, Buffer.from(scope)));
  }

  /** The body of a request with these spans, fields of a `ScopeSpans`. It is good until the next is asked for. */
  body(spans: Uint8Array): Buffer {
    const scoped = this.#scope.length + spans.length;
    const scopedHead = [Uint8Array.of(scopeSpans), varintBytes(scoped)];
    const inResource = this.#resource.length + scopedHead.reduce((sum, part) => sum + part.length, scoped);
    const head = [Uint8Array.of(resourceSpans), varintBytes(inResource)];
    return this.#joined([...head, this.#resource, ...scopedHead, this.#scope, spans]);
  }

  #joined(parts: readonly Uint8Array[]): Buffer {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length > this.#body.length) this.#body = Buffer.allocUnsafeSlow(2 * length);
    let at = 0;
    for (const part of parts) {
      this.#body.set(part, at);
      at += part.length;
    }
    return this.#body.subarray(0, length);
  }
}
