import { limits } from "../base/limits.ts";
import { ByteReader } from "./byte-reader.ts";
import { describeValue } from "./describe-value.ts";
import { WireType } from "./varint.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
const dotted = /^\.?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Reads the elements of a descriptor field by field; whatever is wrong with them is BAD_DESCRIPTOR. */
export class ElementReader {
  readonly #bytes: ByteReader;
  #wireType = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = new ByteReader(bytes, "BAD_DESCRIPTOR", "descriptor");
  }

  /** Throws BAD_DESCRIPTOR. */
  fail(said: string): never {
    this.#bytes.fail(said);
  }

  /** Calls `visit` with the number of each field of the present element. What it does not read is skipped. */
  each(visit: (field: number) => void): void {
    const bytes = this.#bytes;
    while (bytes.pos < bytes.end) {
      const tag = bytes.tag();
      const start = bytes.pos;
      this.#wireType = tag & 7;
      visit(tag >>> 3);
      if (bytes.pos === start) bytes.skip(tag);
    }
  }

  /** Reads the value of the present field as an element of its own. */
  nested<T>(read: () => T): T {
    const bytes = this.#bytes;
    this.#expect(WireType.LENGTH);
    const length = bytes.length();
    const outerEnd = bytes.end;
    bytes.end = bytes.pos + length;
    const value = read();
    bytes.end = outerEnd;
    return value;
  }

  /** Reads the present element without consuming it. */
  peek(read: () => void): void {
    const start = this.#bytes.pos;
    read();
    this.#bytes.pos = start;
  }

  /** A string of any content and bounded length. */
  text(what: string): string {
    const text = this.longText();
    if (text.length > limits.descriptorNameMaxChars) {
      this.fail(
        `a ${what} of ${text.length} characters; at most ${limits.descriptorNameMaxChars} are allowed`,
      );
    }
    return text;
  }

  /** A string of any content and length. */
  longText(): string {
    this.#expect(WireType.LENGTH);
    return this.#bytes.string();
  }

  /** A protobuf identifier. */
  name(what: string): string {
    const text = this.text(`name of a ${what}`);
    if (!identifier.test(text)) this.fail(`${describeValue(text)} is no name for a ${what}`);
    return text;
  }

  /** Identifiers with dots between them, or nothing. */
  dottedName(what: string): string {
    const text = this.text(what);
    if (text !== "" && !dotted.test(text)) this.fail(`${describeValue(text)} is no ${what}`);
    return text;
  }

  /** A signed 32-bit integer. */
  integer(): number {
    this.#expect(WireType.VARINT);
    return this.#bytes.varint() | 0;
  }

  /** A boolean. */
  flag(): boolean {
    return this.integer() !== 0;
  }

  /** The present field's integers, packed or a single one, added to `list` as far as `most`. */
  integers(list: number[], most: number): void {
    const bytes = this.#bytes;
    if (this.#wireType === WireType.VARINT) list.push(this.integer());
    else {
      this.nested(() => {
        while (bytes.pos < bytes.end) {
          const value = bytes.varint() | 0;
          if (list.length < most) list.push(value);
        }
      });
    }
  }

  /** Throws when an element came without a name. */
  mustHave(what: string, name: string): void {
    if (name === "") this.fail(`a ${what} has no name`);
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) this.fail(`wire type ${this.#wireType} where ${wireType} belongs`);
  }
}
