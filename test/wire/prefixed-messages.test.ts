import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prefixAndHead, PrefixReader, withPrefix } from "../../src/wire/prefixed-messages.ts";

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

describe("prefixAndHead", () => {
  it("is, before the rest, the message with its prefix", () => {
    const [head, body] = [Buffer.from("ab"), Buffer.alloc(70_000, 7)];
    const whole = withPrefix(Buffer.concat([head, body]));
    expect(Buffer.concat([prefixAndHead(head.length + body.length, head), body]).equals(whole)).toBe(true);
  });
});

describe("PrefixReader", () => {
  it("gives messages in parts to whoever wants them, in order with those that are not", () => {
    const message = fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes));
    const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 20 }),
        lengths,
        fc.integer({ min: 0, max: 64 }),
        (messages, pieces, headBytes) => {
          const reader = new PrefixReader(1000);
          const read: Buffer[] = [];
          let open = 0;
          const parts = {
            // Those whose first byte is even are wanted in parts.
            begin(start: Buffer, size: number): number {
              expect(start.length).toBeLessThan(size);
              if (headBytes === 0 || (start[0] ?? 0) % 2 === 1) return 0;
              read.push(start.subarray(0, headBytes));
              open = size - headBytes;
              return headBytes;
            },
            part(bytes: Buffer): void {
              expect(bytes.length).toBeGreaterThan(0);
              expect(bytes.length).toBeLessThanOrEqual(open);
              open -= bytes.length;
              read.push(Buffer.concat([read.pop() ?? Buffer.alloc(0), bytes]));
            },
          };
          const take = (whole: Buffer): void => {
            expect(open).toBe(0);
            read.push(whole);
          };
          for (const piece of cut(Buffer.concat(messages.map(withPrefix)), pieces)) {
            reader.feed(piece, take, parts);
          }
          expect(open).toBe(0);
          expect(Buffer.concat(read).equals(Buffer.concat(messages))).toBe(true);
          expect(read).toHaveLength(messages.length);
        },
      ),
    );
  });

  it("gives a part as soon as it has come", () => {
    const bytes = withPrefix(Buffer.alloc(500, 7));
    const reader = new PrefixReader(1000);
    const parts: number[] = [];
    const taker = { begin: () => 10, part: (part: Buffer) => void parts.push(part.length) };
    const take = (): void => expect.unreachable();
    reader.feed(bytes.subarray(0, 105), take, taker);
    expect(parts).toEqual([90]);
    reader.feed(bytes.subarray(105, 106), take, taker);
    expect(parts).toEqual([90, 1]);
  });

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
