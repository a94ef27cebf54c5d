/**
 * Attributes that many spans have in common, such as what function was called on what node. They are encoded once: a span
 * takes all of them with one copy. For the tracer of an application they stay names and values.
 */
import { attributeBytes } from "./attribute-bytes.ts";
import type { SpanAttributes } from "./span-source.ts";

/** `attributes = 9` of a `Span`. */
const attributesTag = Uint8Array.of((9 << 3) | 2);
/** Sets that are kept; then keeping begins anew. */
const keptSets = 1_024;

/** Attributes that do not change. A span that has them must not be given another value of one of them. */
export class AttributeSet {
  readonly values: SpanAttributes;
  #bytes: Uint8Array | undefined;

  constructor(values: SpanAttributes) {
    this.values = values;
  }

  /** The fields of a `Span`. They belong to nobody: do not write to them. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= encode(this.values));
  }
}

function encode(values: SpanAttributes): Uint8Array {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [attributesTag, attributeBytes(key, value)],
  );
  return Buffer.concat(pairs);
}

/** Sets by three texts that say what is in them. Nothing is made to find one. */
export class AttributeSets {
  readonly #make: (first: string, second: string, third: string) => AttributeSet;
  readonly #sets = new Map<string, Map<string, Map<string, AttributeSet>>>();
  #count = 0;

  constructor(make: (first: string, second: string, third: string) => AttributeSet) {
    this.#make = make;
  }

  of(first: string, second: string, third: string): AttributeSet {
    return this.#sets.get(first)?.get(second)?.get(third) ?? this.#keep(first, second, third);
  }

  #keep(first: string, second: string, third: string): AttributeSet {
    if (++this.#count > keptSets) {
      this.#sets.clear();
      this.#count = 1;
    }
    const bySecond = this.#sets.get(first) ?? new Map<string, Map<string, AttributeSet>>();
    const byThird = bySecond.get(second) ?? new Map<string, AttributeSet>();
    const set = this.#make(first, second, third);
    this.#sets.set(first, bySecond.set(second, byThird.set(third, set)));
    return set;
  }
}
