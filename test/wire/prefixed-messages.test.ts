import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixReader, withPrefix } from "../../src/wire/prefixed-messages.ts";

/** Cuts bytes in pieces of these lengths, over and over. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const end = at + (lengths[piece % lengths.length] ?? 1);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

function read(pieces: readonly Buffer[], maxBytes = 1000): Buffer[] {
  const reader = new PrefixReader(maxBytes);
  const messages: Buffer[] = [];
  for (const piece of pieces) reader.feed(piece, (message) => messages.push(Buffer.from(message)));
  return messages;
}

describe("withPrefix", () => {
  it("puts a byte for no compression and the size before a message", () => {
    expect([...withPrefix(Buffer.from("abc"))]).toEqual([0, 0, 0, 0, 3, 97, 98, 99]);
    expect([...withPrefix(Buffer.alloc(0x012345)).subarray(0, 5)]).toEqual([0, 0, 1, 0x23, 0x45]);
  });
});

describe("PrefixReader", () => {
  it("finds the messages wherever their bytes are cut", () => {
    const message = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), lengths, (messages, pieces) => {
        const bytes = Buffer.concat(messages.map(withPrefix));
        expect(read(cut(bytes, pieces))).toEqual(messages);
      }),
    );
  });

  it("gives a message as soon as its last byte has come", () => {
    const bytes = withPrefix(Buffer.from("abc"));
    expect(read([bytes.subarray(0, 7)])).toEqual([]);
    expect(read([bytes.subarray(0, 7), bytes.subarray(7)])).toHaveLength(1);
  });

  it("takes messages up to its bound and refuses those above it by their size alone", () => {
    expect(read([withPrefix(Buffer.alloc(100))], 100)).toHaveLength(1);
    const tooLong = withPrefix(Buffer.alloc(101)).subarray(0, 5);
    expect(() => read([tooLong], 100)).toThrow("a message of 101 bytes on a stream; the limit is 100");
  });

  it("refuses what says that it is compressed", () => {
    expect(() => read([Buffer.of(1, 0, 0, 0, 0)])).toThrow("a compressed message");
  });
});
