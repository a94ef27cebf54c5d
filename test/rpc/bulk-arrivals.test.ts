import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { BulkArrivals } from "../../src/rpc/bulk-arrivals.ts";
import { emptyBatch, emptyResult } from "../../src/wire/frame.ts";
import { FrameRecorder } from "../support/frame-recorder.ts";
import { testSeed } from "../support/seed.ts";

type Sent =
  | { readonly kind: "batch" | "result"; readonly id: number; readonly bytes: number }
  | { readonly kind: "cancel"; readonly id: number };

const sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("batch" as const, "result" as const),
    id: fc.nat(3),
    bytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
  }),
  fc.record({ kind: fc.constant("cancel" as const), id: fc.nat(3) }),
);

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
          for (let left = frame.bytes; left > 0; left -= 7) sizes.push(Math.min(7, left));
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
          expect(got).toEqual(frames.flatMap((frame, number) => (frame.id === id ? [number] : [])));
        }
        for (const { kind, frame } of sink.frames) {
          if (kind !== "batch" && kind !== "result") continue;
          const wanted = frames[frame.first];
          expect(frame.bulkBytes).toBe(0);
          expect([...frame.payloads]).toEqual(
            Array.from({ length: wanted && "bytes" in wanted ? wanted.bytes : 0 }, () => frame.first),
          );
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
      "an empty chunk",
      "an empty chunk of frame 1",
      (arrivals: BulkArrivals) => arrivals.chunk(1, new Uint8Array(0)),
    ],
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
