import { describe, expect, it } from "vitest";
import { ByteReader } from "../../src/wire/byte-reader.ts";

function reader(...bytes: number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes));
}

describe("ByteReader", () => {
  it("names reason, thing and byte when something is wrong", () => {
    const part = new ByteReader(Uint8Array.of(1, 0x80, 2), "PROTOCOL", "frame", 1, 2);
    expect(() => part.varint()).toThrow("[INTERNAL PROTOCOL] frame: truncated varint at byte 1");
  });

  it("does not read beyond its end, though there are bytes", () => {
    const bytes = new Uint8Array(16);
    expect(() => new ByteReader(bytes, "BAD_PAYLOAD", "payload", 4, 7).fixed32()).toThrow(
      "truncated 4-byte value at byte 4",
    );
    expect(() => new ByteReader(bytes, "BAD_PAYLOAD", "payload", 9).fixed64()).toThrow(
      "truncated 8-byte value at byte 9",
    );
    expect(() => new ByteReader(bytes, "BAD_PAYLOAD", "payload", 16).varint()).toThrow(
      "truncated varint at byte 16",
    );
  });

  it("drops the bits of a varint above 32, or keeps them as the upper half", () => {
    const bytes = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(reader(...bytes).varint()).toBe(0xffff_fffe);
    const wide = reader(...bytes);
    wide.varint64();
    expect([wide.low, wide.high]).toEqual([0xffff_fffe, 0xffff_ffff]);
  });

  it("takes a varint that is longer than it needs to be, up to ten bytes", () => {
    expect(reader(0x81, 0x80, 0x00).varint()).toBe(1);
    expect(reader(0x8a, 0x00).tag()).toBe(10);
    expect(() => reader(...Array<number>(11).fill(0x80)).varint()).toThrow(
      "varint longer than 10 bytes at byte 0",
    );
  });

  it("reads text of any length and refuses what is not UTF-8", () => {
    for (const text of ["", "abc", "grüße", "x".repeat(24), "x".repeat(25), `${"x".repeat(30)}ü`]) {
      const bytes = Buffer.from(text);
      expect(reader(bytes.length, ...bytes).string()).toBe(text);
    }
    expect(() => reader(1, 0xc3).string()).toThrow("invalid UTF-8 at byte 1");
  });

  it("makes a plain array of a Buffer, so that copies are copies", () => {
    const buffer = Buffer.from([2, 5, 6]);
    const copy = new ByteReader(buffer).copyBytes();
    buffer.fill(0);
    expect(copy).toStrictEqual(Uint8Array.of(5, 6));
  });

  it("skips nested groups", () => {
    const nested = reader(0x0b, 0x13, 0x12, 2, 0x0c, 0x0c, 0x14, 0x0c, 0x08);
    nested.skip(nested.tag());
    expect(nested.tag()).toBe(8);
  });
});
