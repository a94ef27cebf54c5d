import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { BackwardWriter } from "../../src/wire/backward-writer.ts";
import { ByteReader } from "../../src/wire/byte-reader.ts";

/** Every kind of piece, last first, as a message is written. */
function writePieces(writer: BackwardWriter): void {
  writer.string("grüße, long enough for the runtime");
  writer.string("short");
  writer.string("ü");
  writer.varint64(0xffff_ffff, 0xffff_ffff);
  writer.varint64(5, 8);
  writer.varint(2 ** 32 - 1);
  writer.varint(300);
  writer.varint(7);
}

function expectPieces(bytes: Uint8Array): void {
  const reader = new ByteReader(bytes);
  expect([reader.varint(), reader.varint(), reader.varint()]).toEqual([7, 300, 2 ** 32 - 1]);
  reader.varint64();
  expect([reader.low, reader.high]).toEqual([5, 8]);
  reader.varint64();
  expect([reader.low, reader.high]).toEqual([0xffff_ffff, 0xffff_ffff]);
  expect([reader.string(), reader.string()]).toEqual(["ü", "short"]);
  expect(reader.string()).toBe("grüße, long enough for the runtime");
  expect(reader.pos).toBe(reader.end);
}

describe("BackwardWriter", () => {
  it("gives what was written last first", () => {
    const writer = new BackwardWriter();
    writePieces(writer);
    expectPieces(writer.finish());
  });

  // A byte was once written to the buffer that making room had just replaced.
  it("writes whole results wherever in its slab they begin", () => {
    const writer = new BackwardWriter();
    const results = Array.from({ length: 1_000 }, () => {
      writePieces(writer);
      return writer.finish();
    });
    results.forEach(expectPieces);
  });

  it("keeps what was written when it grows", () => {
    const writer = new BackwardWriter();
    writePieces(writer);
    const large = new Uint8Array(300_000).fill(9);
    writer.raw(large);
    const written = writer.finish();
    expect(written.subarray(0, large.length)).toEqual(large);
    expectPieces(written.subarray(large.length));
  });

  it("forgets what is unfinished, and refuses more than the payload limit", () => {
    const writer = new BackwardWriter();
    writer.varint(1);
    expect(() => writer.claim(limits.payloadMaxBytes)).toThrow(
      "[RESOURCE_EXHAUSTED PAYLOAD_TOO_LARGE] a payload of at least",
    );
    writer.reset();
    writePieces(writer);
    expectPieces(writer.finish());
  });
});
