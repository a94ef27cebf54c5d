/** heddle.h against the stock library: a kernel that reads and writes every type of field with it. */
import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { beforeAll, describe, expect, it } from "vitest";
import { inspectModule } from "../../src/kernel/admission.ts";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { wrapModule } from "../../src/kernel/wrap.ts";
import { readProtoFile } from "../../src/rpc/proto-file.ts";
import { compiledModule, findClang, fixtureModule } from "../support/foreign-modules.ts";
import { repository } from "../support/source-files.ts";

const clang = findClang();
const origins = clang === undefined ? (["fixture"] as const) : (["fixture", "source"] as const);
const proto = join(repository, "test", "fixtures", "modules", "types.proto");
const stock = new protobuf.Root().loadSync(proto).lookupType("types.Every");

describe.each(origins)("heddle.h, from its %s", (origin) => {
  let instance: KernelInstance;
  const log: string[] = [];
  beforeAll(async () => {
    const bytes =
      origin === "source" && clang !== undefined ? compiledModule(clang, "types") : fixtureModule("types");
    const { kernel, normalized } = inspectModule(
      wrapModule(bytes, { descriptor: await readProtoFile(proto) }),
    );
    const module = new WebAssembly.Module(normalized.bytes);
    instance = createInstance({
      module,
      ...kernel,
      sinks: { log: (level, text) => log.push(`${level} ${text}`) },
    });
  });

  function echo(payload: Uint8Array): Uint8Array | string {
    if (!instance.call(0, payload, 0, payload.length))
      return `${instance.failure?.reason}: ${instance.failure?.message}`;
    return instance.bytes.slice(instance.resultAt, instance.resultAt + instance.resultSize);
  }

  function object(payload: Uint8Array): unknown {
    return stock.toObject(stock.decode(payload), { longs: String, bytes: Array, defaults: true });
  }

  it("reads and writes as the stock library does", () => {
    const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const unsigned = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    const wide = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    const text = fc.string({ unit: "grapheme" });
    const { every } = fc.letrec((tie) => ({
      every: fc.record(
        {
          ...{
            a: fc.double({ noNaN: true }),
            b: fc.float({ noNaN: true }),
            c: long,
            d: wide,
            e: int,
            f: wide,
          },
          ...{
            g: unsigned,
            h: fc.boolean(),
            i: text,
            j: fc.uint8Array().map((bytes) => [...bytes]),
            k: unsigned,
          },
          ...{ l: int, m: long, n: int, o: long, p: fc.array(fc.double({ noNaN: true })), q: fc.array(int) },
          ...{ r: fc.array(text), s: fc.option(tie("every"), { nil: undefined, maxDepth: 3 }) },
        },
        { requiredKeys: [] },
      ),
    }));
    fc.assert(
      fc.property(every, (given) => {
        const payload = stock.encode(stock.fromObject(given as object)).finish();
        const found = echo(payload);
        expect(typeof found === "string" ? found : object(found)).toEqual(object(payload));
      }),
    );
  });

  it("takes packed fields in pieces and one by one, and tells of fields it does not know", () => {
    const payload = [
      0x88, 1, 5, 0x8a, 1, 2, 6, 7, 0x88, 1, 8, 0x81, 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0, 6, 1,
    ];
    expect(object(echo(Uint8Array.from(payload)) as Uint8Array)).toMatchObject({ p: [1], q: [5, 6, 7, 8] });
    expect(log).toEqual(["warn a field that nobody knows"]);
  });

  it.each([
    [[0x0a, 1, 0], "a field has the wire type of another type"],
    [[0x09, 0, 0], "the message is cut"],
    [[0x18, 0xff], "the message ends within a number"],
    [[0x18, ...Array<number>(10).fill(0xff), 1], "a number has more than 10 bytes"],
    [[0x4a, 5, 65], "the message is cut"],
    [[0x4a, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "the message is cut"],
    [[0x4a, 2, 0xc3, 0x28], "a string is not UTF-8"],
    [[0x4a, 3, 0xed, 0xa0, 0x80], "a string is not UTF-8"],
    [[0x82, 1, 3, 1, 2, 3], "a packed field is cut"],
    [[0x0b, 0x0c], "a field has the wire type of another type"],
    [[0xa3, 6, 0xa4, 6], "a field has a wire type that proto3 does not have"],
    [[0x00, 1], "a field has an impossible number"],
  ])("refuses %j as a bad payload", (payload, says) => {
    expect(echo(Uint8Array.from(payload))).toBe(`BAD_PAYLOAD: ${says}`);
  });

  it("gives damaged requests a result or a reason, and nothing else", () => {
    const sample = stock
      .encode(stock.fromObject({ a: 1, i: "text", p: [1, 2], q: [3, 4], s: { r: ["x"] } }))
      .finish();
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.nat(255), fc.nat(sample.length), (at, byte, size) => {
        const damaged = sample.slice(0, Math.max(size, at + 1));
        damaged[at] = byte;
        const found = echo(damaged);
        if (typeof found === "string") expect(found).toMatch(/^BAD_PAYLOAD: /);
        else expect(() => stock.decode(found)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
