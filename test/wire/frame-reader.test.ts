import fc from "fast-check";
import { describe, expect, it } from "vitest";
import protobuf from "protobufjs";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { emptyBatch, emptyResult, type BatchFrame, type ResultFrame } from "../../src/wire/frame.ts";
import { readFrames } from "../../src/wire/frame-reader.ts";
import { FrameWriter } from "../../src/wire/frame-writer.ts";
import { answererFrame, comparable, openerFrame, writeFrame } from "../support/frame-arbitraries.ts";
import { FrameRecorder, type RecordedFrame } from "../support/frame-recorder.ts";
import { testSeed } from "../support/seed.ts";
import { fieldNumberOf, stockEncode } from "../support/stock-frames.ts";

function read(message: Buffer, from: "opener" | "answerer"): RecordedFrame[] {
  const sink = new FrameRecorder();
  readFrames(message, from, sink);
  return sink.frames;
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The fields of a message, each with its tag, as they lie. */
function fieldsOf(message: Uint8Array): Uint8Array[] {
  const reader = protobuf.Reader.create(message);
  const fields: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    reader.skipType(reader.uint32() & 7);
    fields.push(message.subarray(start, reader.pos));
  }
  return fields;
}

/** Fields that no frame has, of every wire type. */
const unknownField: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const bytes = [0xa0, 0x1f];
    let rest = BigInt.asUintN(64, value);
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    return Uint8Array.from([...bytes, Number(rest)]);
  }),
  fc.constant(Uint8Array.from([0xa1, 0x1f, 1, 2, 3, 4, 5, 6, 7, 8])),
  fc.constant(Uint8Array.from([0xa5, 0x1f, 1, 2, 3, 4])),
  fc.uint8Array({ maxLength: 100 }).map((data) =>
    protobuf.Writer.create()
      .uint32((500 << 3) | 2)
      .bytes(data)
      .finish(),
  ),
);

/** A frame as another writer may put it: fields in any order, minimal lengths, unknown fields in between. */
function strangelyWritten(frame: RecordedFrame): fc.Arbitrary<Buffer> {
  const repeated = frame.kind === "result" || frame.kind === "function"; // the order among repeated fields is theirs to keep
  const fields = fieldsOf(stockEncode(frame));
  const ordered = repeated ? fc.constant(fields) : fc.shuffledSubarray(fields, { minLength: fields.length });
  return fc
    .tuple(ordered, fc.array(unknownField, { maxLength: 3 }), fc.nat(20))
    .map(([parts, unknown, at]) => {
      const all = [...parts.slice(0, at), ...unknown, ...parts.slice(at)];
      const body = Buffer.concat(all);
      const wrapped = protobuf.Writer.create()
        .uint32((fieldNumberOf(frame) << 3) | 2)
        .bytes(body)
        .finish();
      return Buffer.concat([...unknown, wrapped, ...unknown]);
    });
}

describe("readFrames", () => {
  it.each([
    ["opener", openerFrame],
    ["answerer", answererFrame],
  ] as const)("reads frames of the %s that another library wrote in its own way", (from, frame) => {
    const cases = frame.chain((one) => strangelyWritten(one).map((message) => ({ one, message })));
    fc.assert(
      fc.property(cases, ({ one, message }) => {
        expect(read(message, from).map(comparable)).toEqual([comparable(one)]);
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("reads a 64-bit number of any kind in a field it does not know", () => {
    const minusOne = [0x80, 0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(read(Buffer.from([...minusOne, 0x2a, 0x02, 0x08, 0x07]), "opener")).toEqual([
      { kind: "cancel", frame: { id: 7, first: 0, count: 0 } },
    ]);
  });

  it("gives nothing for an empty message", () => {
    expect(read(Buffer.alloc(0), "opener")).toEqual([]);
  });

  it("takes payloads as slices of the message", () => {
    const writer = new FrameWriter();
    writer.batch({ ...emptyBatch, count: 1, sizes: Uint32Array.of(3), payloads: Buffer.from("abc") });
    const [message = Buffer.alloc(0)] = writer.take();
    const [found] = read(message, "opener");
    expect(found?.kind === "batch" && inOnePiece(found.frame.payloads).buffer === message.buffer).toBe(true);
  });

  it("ends in frames or in PROTOCOL, whatever becomes of the bytes", () => {
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
      fc.record({ kind: fc.constant("set" as const), at: fc.nat(), to: fc.nat(255) }),
      fc.record({ kind: fc.constant("insert" as const), at: fc.nat(), to: fc.nat(255) }),
      fc.record({ kind: fc.constant("drop" as const), at: fc.nat(), to: fc.nat(20) }),
    );
    const frames = fc.array(fc.oneof(openerFrame, answererFrame), { minLength: 1, maxLength: 4 });
    let refused = 0;
    fc.assert(
      fc.property(
        frames,
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (many, mutations, opener) => {
          const writer = new FrameWriter();
          for (const frame of many) writeFrame(writer, frame);
          let message = Buffer.concat(writer.take());
          for (const change of mutations) {
            const at = change.at % (message.length + 1);
            const [head, tail] = [message.subarray(0, at), message.subarray(at)];
            if (change.kind === "cut") message = Buffer.from(head);
            else if (change.kind === "set")
              message = Buffer.concat([head, Buffer.from([change.to]), tail.subarray(1)]);
            else if (change.kind === "insert")
              message = Buffer.concat([head, Buffer.from([change.to]), tail]);
            else message = Buffer.concat([head, tail.subarray(change.to)]);
          }
          const error = errorOf(() => read(message, opener ? "opener" : "answerer"));
          if (error === undefined) return;
          expect(error).toBeInstanceOf(HeddleError);
          expect(error).toMatchObject({ reason: "PROTOCOL" });
          refused++;
        },
      ),
      { seed: testSeed, numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it("ends in frames or in PROTOCOL for bytes at random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const error = errorOf(() => read(Buffer.from(bytes), "opener"));
        if (error !== undefined) expect(error).toMatchObject({ name: "HeddleError", reason: "PROTOCOL" });
      }),
      { seed: testSeed, numRuns: 3000 },
    );
  });

  it("refuses a message that ends anywhere inside a frame", () => {
    const writer = new FrameWriter();
    writer.batch({
      ...emptyBatch,
      id: 300,
      count: 2,
      sizes: Uint32Array.of(1, 2),
      payloads: Buffer.from("abc"),
    });
    const [message = Buffer.alloc(0)] = writer.take();
    for (let end = 1; end < message.length; end++) {
      expect(errorOf(() => read(message.subarray(0, end), "opener"))).toMatchObject({ reason: "PROTOCOL" });
    }
  });

  describe("holds a batch against its counts:", () => {
    const good: BatchFrame = {
      ...emptyBatch,
      id: 7,
      count: 2,
      sizes: Uint32Array.of(1, 2),
      payloads: Buffer.from("abc"),
    };
    const bad: Readonly<Record<string, Partial<BatchFrame>>> = {
      "Batch 7: 2 sizes for 3 items": { count: 3 },
      "Batch 7: 2 sizes for 1 items": { count: 1 },
      "Batch 7: its sizes add up to 3 bytes, it has 2": { payloads: Buffer.from("ab") },
      "Batch 7: its sizes add up to 3 bytes, it has 4": { payloads: Buffer.from("abcd") },
      "Batch 7: its sizes add up to 3 bytes, it has 9": { payloads: Buffer.alloc(0), bulkBytes: 9 },
      "Batch 7 has 3 payload bytes and announces 3 in chunks as well": { bulkBytes: 3 },
      "Batch 7: trace has 24 bytes, not 25": { trace: new Uint8Array(24) },
      "Batch 7: traces do not match its 2 items": { traces: new Uint8Array(25) },
      "Batch 7 has traces of all items and of some": {
        traces: new Uint8Array(50),
        tracedItems: Uint32Array.of(1),
        tracedParents: new Uint8Array(25),
      },
      "Batch 7: traced parents do not match its 1 traced items": { tracedItems: Uint32Array.of(1) },
      "Batch 7: traced parents do not match its 0 traced items": { tracedParents: new Uint8Array(25) },
      "Batch 7: traced item 2 follows -1, of 2 items": {
        tracedItems: Uint32Array.of(2),
        tracedParents: new Uint8Array(25),
      },
      "Batch 7: traced item 1 follows 1, of 2 items": {
        tracedItems: Uint32Array.of(1, 1),
        tracedParents: new Uint8Array(50),
      },
      "Batch 7: deadlines do not match its 2 items": { deadlinesMs: new Uint32Array(3) },
      // Items without sizes were taken on trust, in any number.
      "Batch 7: 0 sizes for 9007199254740991 items": {
        count: 2 ** 53 - 1,
        sizes: new Uint32Array(0),
        payloads: new Uint8Array(0),
      },
    };
    it.each(Object.entries(bad))("%s", (message, part) => {
      const writer = new FrameWriter();
      writer.batch({ ...good, ...part });
      const [bytes = Buffer.alloc(0)] = writer.take();
      expect(errorOf(() => read(bytes, "opener"))).toMatchObject({ reason: "PROTOCOL", rawMessage: message });
    });
  });

  describe("holds a result against its counts:", () => {
    const good: ResultFrame = {
      ...emptyResult,
      id: 7,
      count: 2,
      sizes: Uint32Array.of(1, 2),
      payloads: Buffer.from("abc"),
    };
    const huge = limits.payloadMaxBytes + 1;
    const bad: Readonly<Record<string, Partial<ResultFrame>>> = {
      "Result 7: 2 sizes for 3 items": { count: 3 },
      "Result 7: 0 sizes for 2 items": { sizes: new Uint32Array(0) },
      "Result 7: its sizes add up to 3 bytes, it has 2": { payloads: Buffer.from("ab") },
      "Result 7: run times do not match its 2 items": { runMs: new Float32Array(3) },
      [`Result 7: ${huge} payload bytes, the limit is ${limits.payloadMaxBytes}`]: {
        sizes: Uint32Array.of(huge, 0),
        payloads: new Uint8Array(0),
        bulkBytes: huge,
      },
    };
    it.each(Object.entries(bad))("%s", (message, part) => {
      const writer = new FrameWriter();
      writer.result({ ...good, ...part });
      const [bytes = Buffer.alloc(0)] = writer.take();
      expect(errorOf(() => read(bytes, "answerer"))).toMatchObject({
        reason: "PROTOCOL",
        rawMessage: message,
      });
    });

    it("lets empty results go without sizes", () => {
      const writer = new FrameWriter();
      writer.result({ ...emptyResult, id: 7, count: 1000 });
      const [bytes = Buffer.alloc(0)] = writer.take();
      expect(read(bytes, "answerer")[0]?.frame).toMatchObject({ count: 1000 });
    });
  });

  it.each([
    [
      "a number above 2^53 - 1",
      [0x2a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ],
    ["a number of eleven bytes", [0x2a, 0x0c, 0x08, ...Array.from({ length: 11 }, () => 0x80)]],
    ["a field that ends beyond the message", [0x2a, 0x05, 0x08]],
    ["a field that ends beyond its frame", [0x1a, 0x03, 0x32, 0x04, 0x41, 0x41, 0x41, 0x41]],
    ["a column whose bytes are no multiple of four", [0x1a, 0x05, 0x2a, 0x03, 1, 2, 3]],
    ["a group", [0x0b]],
  ])("refuses %s", (_, bytes) => {
    expect(errorOf(() => read(Buffer.from(bytes), "opener"))).toMatchObject({ reason: "PROTOCOL", code: 13 });
  });
});
