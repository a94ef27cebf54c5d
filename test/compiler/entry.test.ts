import fc from "fast-check";
import protobuf from "protobufjs";
import { beforeAll, describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { buildKernel, type BuiltKernel } from "../../src/compiler/compile.ts";
import { decodeMessage } from "../../src/wire/message.ts";
import type { MessageType } from "../../src/wire/schema.ts";
import { testSeed } from "../support/seed.ts";
import { messageArbitrary, plain, stockTypes } from "./stock-types.ts";
import { badPayload, caught, HostFailure, TinyHost } from "./tiny-host.ts";
import { encodeSomehow } from "./wire-variations.ts";

const file = new URL("../fixtures/kernels/types.ts", import.meta.url).pathname;
let built: BuiltKernel;
let host: TinyHost;
let types: protobuf.Root;

beforeAll(async () => {
  built = await buildKernel({ file });
  host = new TinyHost(built.wasm);
  types = stockTypes(built.schema.bytes);
});

function typeOf(name: string): protobuf.Type {
  return types.lookupType(`types.${name}`);
}

/** Functions that give their only parameter back. */
const echoes = ["scalars", "arrays", "tree"] as const;

function bytesOf(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === "number" ? Uint8Array.of(part) : Buffer.from(part))),
  );
}

/** What comes back for a value: a tree always has a point, as its class makes one. */
function withPoints(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPoints);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, withPoints(inner)] as const);
  const copy: Record<string, unknown> = Object.fromEntries(entries);
  if ("children" in copy) copy["point"] ??= { x: 0, y: 0 };
  return copy;
}

/** Bytes with some replaced, inserted or cut off. */
function damaged(
  bytes: Uint8Array,
  changes: readonly (readonly [where: number, byte: number, kind: number])[],
): Uint8Array {
  const list = [...bytes];
  for (const [where, byte, kind] of changes) {
    const at = where % (list.length + 1);
    if (kind === 2) list.length = at;
    else list.splice(at, 1 - kind, byte);
  }
  return Uint8Array.from(list);
}

/** What kernels refuse while the fabric's own decoder takes it: numbers beyond their type, and groups, which it skips. */
const refusedByKernelsAlone = /out of range$|^groups do not exist/;

function ownRequestOf(name: string): MessageType {
  const own = built.schema.functions.find((each) => each.name === name)?.request;
  if (own === undefined) throw new Error(`the schema lacks ${name}`);
  return own;
}

function failureOf(name: string, request: Uint8Array): HostFailure {
  const error = caught(() => host.call(name, request));
  if (error instanceof HostFailure) return error;
  throw new Error(`expected a failure of ${name}, not ${String(error)}`);
}

describe("generateEntry", () => {
  for (const name of echoes) {
    const method = name.charAt(0).toUpperCase() + name.slice(1);

    it(`gives back what a stock implementation wrote, ${name}`, () => {
      const request = typeOf(`${method}Request`);
      const response = typeOf(`${method}Response`);
      fc.assert(
        fc.property(messageArbitrary(request), (value) => {
          const bytes = request.encode(request.fromObject({ value: {}, ...value })).finish();
          expect(plain(response, host.call(name, bytes))).toEqual(withPoints(plain(request, bytes)));
        }),
        { seed: testSeed, numRuns: 300 },
      );
    });

    it(`takes every encoding that means the same, ${name}`, () => {
      const request = typeOf(`${method}Request`);
      const response = typeOf(`${method}Response`);
      fc.assert(
        fc.property(messageArbitrary(request), fc.integer(), (value, seed) => {
          const message = request.fromObject({ value: {}, ...value });
          const bytes = encodeSomehow(request, message, createSeededRandom(seed));
          const expected = withPoints(plain(request, request.encode(message).finish()));
          expect(plain(response, host.call(name, bytes))).toEqual(expected);
        }),
        { seed: testSeed, numRuns: 300 },
      );
    });

    it(`refuses what the fabric's own decoder refuses, and never traps, ${name}`, () => {
      const request = typeOf(`${method}Request`);
      const own = ownRequestOf(name);
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(2)), { maxLength: 3 });
      let refused = 0;
      fc.assert(
        fc.property(messageArbitrary(request), fc.integer(), damage, (value, seed, changes) => {
          const message = request.fromObject({ value: {}, ...value });
          const bytes = damaged(encodeSomehow(request, message, createSeededRandom(seed)), changes);
          const error = caught(() => host.call(name, bytes));
          if (error !== undefined) refused += 1;
          if (error instanceof HostFailure && refusedByKernelsAlone.test(error.text)) return;
          const expected =
            caught(() => decodeMessage(own, bytes)) === undefined ? undefined : { code: badPayload };
          expect(
            error === undefined ? undefined : { code: error instanceof HostFailure && error.code },
          ).toEqual(expected);
        }),
        { seed: testSeed, numRuns: 600 },
      );
      expect(refused).toBeGreaterThan(50);
    });
  }

  it("gives back texts of every short length, wherever a character beyond ASCII stands", () => {
    const request = typeOf("TreeRequest");
    const response = typeOf("TreeResponse");
    for (let length = 0; length <= 40; length++) {
      const ascii = "The quick brown fox jumps over the lazy dog".slice(0, length);
      for (let at = -1; at < length; at++) {
        for (const other of at < 0 ? [""] : ["é", "–", "😀"]) {
          const label = at < 0 ? ascii : ascii.slice(0, at) + other + ascii.slice(at + 1);
          const children = [{ label: "" }, { label: [...label].at(-1) ?? "" }, { label }];
          const bytes = request.encode(request.fromObject({ value: { label, children } })).finish();
          expect(plain(response, host.call("tree", bytes))).toEqual(withPoints(plain(request, bytes)));
        }
      }
    }
  });

  it("passes many parameters in order, with defaults for those that are absent", () => {
    const response = typeOf("ManyResponse");
    const request = typeOf("ManyRequest");
    fc.assert(
      fc.property(messageArbitrary(request), (value) => {
        const bytes = request.encode(request.fromObject(value)).finish();
        const expected = { ...plain(request, bytes) };
        expected["tree"] ??= plain(typeOf("Tree"), new Uint8Array(0));
        expect(plain(response, host.call("many", bytes))).toEqual(withPoints({ value: expected }));
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("keeps the initial values of absent fields and takes an explicit zero", () => {
    const request = typeOf("DefaultsRequest");
    const response = typeOf("DefaultsResponse");
    const call = (value: object): unknown =>
      plain(response, host.call("defaults", request.encode({ value }).finish()));
    expect(call({})).toEqual({ value: { count: 7, ratio: 0.5, name: "heddle", plain: 0, weights: [1, 2] } });
    expect(call({ count: 0, ratio: 0, name: "", weights: [3] })).toEqual({
      value: { count: 0, ratio: 0, name: "", plain: 0, weights: [3] },
    });
  });

  it("makes an object for an absent class and null for an absent nullable one", () => {
    expect(plain(typeOf("DefaultsResponse"), host.call("defaults", new Uint8Array(0)))).toMatchObject({
      value: { count: 7 },
    });
    expect(host.call("tree", new Uint8Array(0))).toHaveLength(0);
  });

  it("answers void, and zero, with an empty message", () => {
    expect(host.call("nothing", new Uint8Array(0))).toHaveLength(0);
    expect(host.call("nothing", bytesOf(0x98, 0x06, 0x01))).toHaveLength(0);
    expect(host.call("negate", new Uint8Array(0))).toEqual(
      Uint8Array.from(bytesOf(9, 0, 0, 0, 0, 0, 0, 0, 0x80)),
    );
  });
});

describe("the decoder", () => {
  const malformed: readonly (readonly [string, string, Uint8Array, RegExp])[] = [
    ["a value that is cut", "negate", bytesOf(9, 0, 0), /ends inside/],
    ["a tag that is cut", "negate", bytesOf(0x80), /ends inside/],
    ["a field number of zero", "negate", bytesOf(0, 0), /field number/],
    ["a field number beyond 29 bits", "negate", bytesOf(0x80, 0x80, 0x80, 0x80, 0x10, 0), /field number/],
    ["a length beyond the end", "tree", bytesOf(10, 5, 10), /ends inside/],
    ["a length beyond 32 bits", "tree", bytesOf(10, 0xff, 0xff, 0xff, 0xff, 0x7f), /ends inside/],
    ["a varint of eleven bytes", "scalars", bytesOf(10, 12, 24, ...Array<number>(11).fill(0x80)), /10 bytes/],
    ["a group", "nothing", bytesOf(11), /groups/],
    ["a wire type that does not exist", "nothing", bytesOf(14), /6 or 7/],
    [
      "a known field with another wire type",
      "negate",
      bytesOf(8, 1),
      /types\.NegateRequest: field 1 has the wrong wire type 0/,
    ],
    ["a string that is no UTF-8", "tree", bytesOf(10, 3, 10, 1, 0xff), /UTF-8/],
    ["an overlong character", "tree", bytesOf(10, 4, 10, 2, 0xc0, 0x80), /UTF-8/],
    ["a surrogate in UTF-8", "tree", bytesOf(10, 5, 10, 3, 0xed, 0xa0, 0x80), /UTF-8/],
    ["a character beyond the last", "tree", bytesOf(10, 6, 10, 4, 0xf4, 0x90, 0x80, 0x80), /UTF-8/],
    ["a packed field with a broken element", "arrays", bytesOf(10, 5, 10, 3, 0, 0, 0), /inside an element/],
    [
      "a field that reaches into the next piece",
      "tree",
      bytesOf(10, 2, 10, 3, 10, 3, 0x61, 0x62, 0x63),
      /ends inside/,
    ],
    [
      "a value outside u8",
      "scalars",
      bytesOf(10, 3, 96, 0x80, 0x02),
      /types\.Scalars\.byte: 256 is out of range/,
    ],
    ["a value outside i8", "scalars", bytesOf(10, 3, 104, 0x80, 0x01), /signed_byte: 128 is out of range/],
  ];
  for (const [what, name, request, message] of malformed) {
    it(`refuses ${what}`, () => {
      const failure = failureOf(name, request);
      expect(failure.code).toBe(badPayload);
      expect(failure.text).toMatch(message);
    });
  }

  it("refuses a whole group, which the fabric's own decoder skips", () => {
    const group = bytesOf(0x5b, 10, 1, 0, 0x5c);
    expect(failureOf("tree", group).text).toMatch(/groups/);
    expect(decodeMessage(ownRequestOf("tree"), group)).toEqual({});
  });

  it("takes messages nested 100 deep, the result's own among them, and refuses more", () => {
    const nested = (depth: number): Uint8Array => {
      let bytes = new Uint8Array(0);
      for (let level = 1; level < depth; level++) {
        bytes = Uint8Array.from(protobuf.Writer.create().uint32(0x12).bytes(bytes).finish());
      }
      return protobuf.Writer.create().uint32(0x0a).bytes(bytes).finish();
    };
    expect(host.call("tree", nested(99)).length).toBeGreaterThan(200);
    expect(failureOf("tree", nested(101)).text).toMatch(/100 deep/);
  });

  it("reads a message in many pieces, and many unpacked numbers, in linear time and memory", () => {
    const repeat = (count: number, ...piece: number[]): Uint8Array =>
      Buffer.concat(Array(count).fill(Buffer.from(piece)));
    const inField = (number: number, bytes: Uint8Array): Uint8Array =>
      protobuf.Writer.create()
        .uint32(number * 8 + 2)
        .bytes(bytes)
        .finish();
    host.call("tree", inField(1, repeat(200_000, 0x2a, 2, 24, 1)));
    expect(host.pages).toBeLessThan(60);
    const ints = typeOf("ArraysResponse").decode(host.call("arrays", inField(1, repeat(200_000, 88, 7))));
    expect(ints).toMatchObject({ value: { ints: { length: 200_000 } } });
    expect(host.pages).toBeLessThan(60);
  });
});
