import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../../src/kernel/admission.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("hash");
}, 60_000);

function sha256(data: Uint8Array): string {
  return Buffer.from(kernel.call("sha256", { data }) as Uint8Array).toString("hex"); // by the kernel's descriptor
}

function sha256Hex(data: Uint8Array): unknown {
  return kernel.call("sha256Hex", { data });
}

function xxhash64(data: Uint8Array, seed = 0n): unknown {
  return kernel.call("xxhash64", { data, seed });
}

function crc32(data: Uint8Array, before = 0): unknown {
  return kernel.call("crc32", { data, before });
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const millionOfA = new Uint8Array(1_000_000).fill(0x61);

/** Lengths around those of words, lanes and blocks, and some that need more than one page. */
const lengths = [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000];
const longLengths = [65_535, 65_536, 300_001];

/** Bytes that look random and are the same in every run. */
function bytesOf(count: number): Uint8Array {
  let state = count + 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe("sha256", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("gives the published digest of %j", (text, digest) => {
    expect(sha256(ascii(text))).toBe(digest);
    expect(sha256Hex(ascii(text))).toBe(digest);
  });

  it("gives the published digest of a million times a", () => {
    const digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    expect(sha256(millionOfA)).toBe(digest);
    expect(sha256Hex(millionOfA)).toBe(digest);
  });

  it.each([...lengths, ...longLengths])("agrees with OpenSSL over %i bytes", (length) => {
    const data = bytesOf(length);
    expect(sha256(data)).toBe(createHash("sha256").update(data).digest("hex"));
  });

  it("agrees with OpenSSL over any bytes", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      expect(sha256Hex(data)).toBe(createHash("sha256").update(data).digest("hex"));
    });
    fc.assert(property, { seed: testSeed, numRuns: 200 });
  });
});

describe("crc32", () => {
  it("gives the published check value", () => {
    expect(crc32(ascii("123456789"))).toBe(0xcbf43926);
    expect(crc32(ascii("The quick brown fox jumps over the lazy dog"))).toBe(0x414fa339);
  });

  it.each([...lengths, ...longLengths])("agrees with zlib over %i bytes", (length) => {
    const data = bytesOf(length);
    expect(crc32(data)).toBe(zlibCrc32(data));
  });

  it("goes on where another call ended", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 200 }), (data, cut) => {
      const first = crc32(data.subarray(0, cut)) as number; // by the kernel's descriptor
      expect(crc32(data.subarray(cut), first)).toBe(zlibCrc32(data));
    });
    fc.assert(property, { seed: testSeed, numRuns: 200 });
  });
});

describe("xxhash64", () => {
  it.each([
    ["", 0n, 0xef46db3751d8e999n],
    ["a", 0n, 0xd24ec4f1a98c6e5bn],
    ["abc", 0n, 0x44bc2cf5ad770999n],
    ["xxhash", 0n, 0x32dd38952c4bc720n],
    ["xxhash", 20141025n, 0xb559b98d844e0635n],
  ])("gives the published hash of %j with seed %i", (text, seed, hash) => {
    expect(xxhash64(ascii(text), seed)).toBe(hash);
  });

  it.each([...lengths, 4096])("agrees with the definition over %i bytes", (length) => {
    const data = bytesOf(length);
    expect(xxhash64(data)).toBe(xxhash64ByDefinition(data, 0n));
  });

  it("agrees with the definition over any bytes and any seed", () => {
    const inputs = [fc.uint8Array({ maxLength: 200 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })] as const;
    const property = fc.property(...inputs, (data, seed) => {
      expect(xxhash64(data, seed)).toBe(xxhash64ByDefinition(data, seed));
    });
    fc.assert(property, { seed: testSeed, numRuns: 300 });
  });
});

describe("hash", () => {
  it("is deterministic and has a comment on every function", () => {
    expect(admitModule(kernel.wasm).deterministic).toBe(true);
    for (const { comment } of kernel.schema.functions) expect(comment.length).toBeGreaterThan(20);
  });

  it("gives the same in every call, however many came before", () => {
    const data = bytesOf(777);
    const all = (): unknown[] => [sha256(data), sha256Hex(data), xxhash64(data, 5n), crc32(data, 5)];
    expect(all()).toEqual(all());
  });
});

/** XXH64 as its specification words it, in whole numbers without a limit. */
function xxhash64ByDefinition(data: Uint8Array, seed: bigint): bigint {
  const [p1, p2, p3, p4, p5] = [
    0x9e3779b185ebca87n,
    0xc2b2ae3d27d4eb4fn,
    0x165667b19e3779f9n,
    0x85ebca77c2b2ae63n,
    0x27d4eb2f165667c5n,
  ];
  const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
  const rotate = (value: bigint, by: bigint): bigint => wrap(value << by) | (value >> (64n - by));
  const round = (lane: bigint, input: bigint): bigint => wrap(rotate(wrap(lane + input * p2), 31n) * p1);
  const word = (at: number, size: number): bigint =>
    data.subarray(at, at + size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  let hash = wrap(seed + p5);
  let at = 0;
  if (data.length >= 32) {
    const lanes = [wrap(seed + p1 + p2), wrap(seed + p2), seed, wrap(seed - p1)];
    for (; at + 32 <= data.length; at += 32) {
      for (const [i, lane] of lanes.entries()) lanes[i] = round(lane, word(at + 8 * i, 8));
    }
    const turns = [1n, 7n, 12n, 18n];
    hash = wrap(lanes.reduce((sum, lane, i) => sum + rotate(lane, turns[i] ?? 0n), 0n));
    for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = wrap(hash + BigInt(data.length));
  for (; at + 8 <= data.length; at += 8) {
    hash = wrap(rotate(hash ^ round(0n, word(at, 8)), 27n) * p1 + p4);
  }
  if (at + 4 <= data.length) {
    hash = wrap(rotate(hash ^ wrap(word(at, 4) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < data.length; at++) hash = wrap(rotate(hash ^ wrap(word(at, 1) * p5), 11n) * p1);
  hash = wrap((hash ^ (hash >> 33n)) * p2);
  hash = wrap((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}
