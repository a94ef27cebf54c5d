import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece, piecesOf } from "../../src/base/rope.ts";
import { BulkArrivals } from "../../src/rpc/bulk-arrivals.ts";
import { emptyBatch, emptyResult } from "../../src/wire/frame.ts";
import { FrameRecorder } from "../support/frame-recorder.ts";
import { testSeed } from "../support/seed.ts";

type Sent =
  | {
      readonly kind: "batch" | "result";
      readonly id: number;
      readonly bytes: number;
      readonly sentBytes: number;
    }
  | { readonly kind: "cancel"; readonly id: number };

const sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("batch" as const, "result" as const),
    id: fc.nat(3),
    bytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
    // Of some frames the sender drops the rest.
    sentBytes: fc.oneof(fc.constant(Infinity), fc.nat(39)),
  }),
  fc.record({ kind: fc.constant("cancel" as const), id: fc.nat(3) }),
);

function isDropped(frame: Sent): boolean {
  return "bytes" in frame && frame.sentBytes < frame.bytes;
}

describe("BulkArrivals", () => {
  it("keeps the order of each id, however headers and chunks interleave", () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 30 }), fc.infiniteStream(fc.boolean()), (frames, turns) => {
        const sink = new FrameRecorder();
        const arrivals = new BulkArrivals(sink);
        const small = frames.map((frame, number) => () => {
          const { id } = frame;
          const bulkBytes = "bytes" in frame ? frame.bytes : 0;
          if (frame.kind === "batch") arrivals.batch({ ...emptyBatch, id, first: number, bulkBytes });
          else if (frame.kind === "result") arrivals.result({ ...emptyResult, id, first: number, bulkBytes });
          else arrivals.cancel({ id, first: number, count: 0 });
        });
        const bulk = frames.flatMap((frame, number) => {
          if (!("bytes" in frame)) return [];
          const sizes: number[] = [];
          const sentBytes = Math.min(frame.bytes, frame.sentBytes);
          for (let left = sentBytes; left > 0; left -= 7) sizes.push(Math.min(7, left));
          if (sentBytes < frame.bytes) sizes.push(0);
          return sizes.map((size) => () => arrivals.chunk(frame.id, new Uint8Array(size).fill(number)));
        });
        while (small.length > 0 || bulk.length > 0) {
          const queue = bulk.length === 0 || (small.length > 0 && turns.next().value) ? small : bulk;
          queue.shift()?.();
        }
        for (const id of [0, 1, 2, 3]) {
          const got = sink.frames.flatMap(({ frame }) =>
            "first" in frame && frame.id === id ? [frame.first] : [],
          );
          const whole = frames.flatMap((frame, number) =>
            frame.id === id && !isDropped(frame) ? [number] : [],
          );
          expect(got).toEqual(whole);
        }
        const dropped = frames.flatMap((frame, number) => (isDropped(frame) ? [number] : []));
        expect(sink.dropped.map(({ first }) => first).sort((left, right) => left - right)).toEqual(dropped);
        for (const { kind, frame } of sink.frames) {
          if (kind !== "batch" && kind !== "result") continue;
          const wanted = frames[frame.first];
          const bytes = wanted && "bytes" in wanted ? wanted.bytes : 0;
          expect(frame.bulkBytes).toBe(0);
          expect([...inOnePiece(frame.payloads)]).toEqual(Array.from({ length: bytes }, () => frame.first));
        }
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });

  it("hands on at once what is whole while others are not", () => {
    const sink = new FrameRecorder();
    const arrivals = new BulkArrivals(sink);
    arrivals.batch({ ...emptyBatch, id: 1, bulkBytes: 10 });
    arrivals.batch({ ...emptyBatch, id: 2 });
    arrivals.batch({ ...emptyBatch, id: 1 });
    expect(sink.batches.map(({ id }) => id)).toEqual([2]);
  });

  it.each([
    [
      "a chunk longer than its frame",
      "the chunks of frame 1 are longer than its 10 bytes",
      (arrivals: BulkArrivals) => {
        arrivals.chunk(1, new Uint8Array(11));
        arrivals.batch({ ...emptyBatch, id: 1, bulkBytes: 10 });
      },
    ],
  ])("refuses %s", (_, message, send) => {
    expect(() => send(new BulkArrivals(new FrameRecorder()))).toThrow(`[INTERNAL PROTOCOL] ${message}`);
  });

  it("holds so many bytes and no more, frames and chunks and headers alike", () => {
    const payloads = new Uint8Array(64 * 1024);
    const fill: readonly ((arrivals: BulkArrivals, id: number) => void)[] = [
      (arrivals, id) => arrivals.chunk(id, payloads),
      (arrivals) => arrivals.batch({ ...emptyBatch, id: 1, bulkBytes: 1, sizes: new Uint32Array(64 * 1024) }),
      (arrivals, id) => {
        arrivals.batch({ ...emptyBatch, id, bulkBytes: limits.payloadMaxBytes });
        arrivals.chunk(id, Uint8Array.of(1));
      },
    ];
    for (const send of fill) {
      const arrivals = new BulkArrivals(new FrameRecorder());
      const sendAll = (): void => {
        for (let id = 1; id <= limits.nodeQueueMaxBytes / (64 * 1024) + 1; id++) send(arrivals, id);
      };
      expect(sendAll).toThrow(`the limit is ${limits.nodeQueueMaxBytes}`);
    }
  });

  it("holds so many bytes over all connections, and those of one until it is closed", () => {
    const all = { bytes: 0 };
    const connections: BulkArrivals[] = [];
    const fill = (): BulkArrivals => {
      const arrivals = new BulkArrivals(new FrameRecorder(), all);
      connections.push(arrivals);
      for (let id = 0; id < 3; id++) {
        arrivals.batch({ ...emptyBatch, id, bulkBytes: limits.payloadMaxBytes });
        arrivals.chunk(id, Uint8Array.of(1));
      }
      return arrivals;
    };
    const perConnection = 3 * limits.payloadMaxBytes;
    for (let left = limits.arrivingMaxBytes - perConnection; left > 0; left -= perConnection) fill();
    expect(fill).toThrow(/\[RESOURCE_EXHAUSTED QUEUE_FULL\].* on all connections, the limit is/);
    for (const arrivals of connections) arrivals.close();
    expect(all.bytes).toBe(0);
  });

  it("counts nothing of what has been dropped", () => {
    const arrivals = new BulkArrivals(new FrameRecorder());
    for (let id = 0; id < 3 * (limits.nodeQueueMaxBytes / limits.payloadMaxBytes); id++) {
      arrivals.batch({ ...emptyBatch, id, bulkBytes: limits.payloadMaxBytes });
      arrivals.chunk(id, new Uint8Array(1000));
      arrivals.chunk(id, new Uint8Array(0));
    }
    expect(() => arrivals.chunk(1, new Uint8Array(limits.payloadMaxBytes))).not.toThrow();
  });

  it("copies what is a small part of the memory it lies in", () => {
    const sink = new FrameRecorder();
    const arrivals = new BulkArrivals(sink);
    const read = Buffer.alloc(64 * 1024, 1);
    arrivals.batch({ ...emptyBatch, id: 1, bulkBytes: 16_100 });
    arrivals.chunk(1, read.subarray(0, 16_000));
    arrivals.chunk(1, read.subarray(16_000, 16_100));
    const [large, small] = piecesOf(sink.batches[0]?.payloads ?? expect.unreachable());
    expect(large?.buffer).toBe(read.buffer);
    expect(small?.buffer.byteLength).toBe(100);
  });

  it("counts nothing of what has been handed on", () => {
    const sink = new FrameRecorder();
    const arrivals = new BulkArrivals(sink);
    const payloads = new Uint8Array(16 * 1024 * 1024);
    const rounds = (limits.nodeQueueMaxBytes / payloads.length) * 3;
    for (let id = 0; id < rounds; id++) {
      arrivals.result({ ...emptyResult, id, bulkBytes: payloads.length });
      arrivals.chunk(id, payloads);
      sink.frames.length = 0;
    }
    expect(() => arrivals.chunk(1, payloads)).not.toThrow();
  });
});
