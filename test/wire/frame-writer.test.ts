import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { emptyBatch, emptyResult, noBytes } from "../../src/wire/frame.ts";
import { readFrames } from "../../src/wire/frame-reader.ts";
import { FrameWriter } from "../../src/wire/frame-writer.ts";
import { answererFrame, comparable, openerFrame, writeFrame } from "../support/frame-arbitraries.ts";
import { FrameRecorder, type RecordedFrame } from "../support/frame-recorder.ts";
import { testSeed } from "../support/seed.ts";
import { stockDecode } from "../support/stock-frames.ts";

function written(frames: readonly RecordedFrame[]): Buffer[] {
  const writer = new FrameWriter();
  for (const frame of frames) writeFrame(writer, frame);
  return writer.take();
}

function readBack(messages: readonly Buffer[], from: "opener" | "answerer"): RecordedFrame[] {
  const sink = new FrameRecorder();
  for (const message of messages) readFrames(message, from, sink);
  return sink.frames;
}

/** As the stock library shows an absent message, and a result without one. */
function asStock({ kind, frame }: RecordedFrame): unknown {
  const shown = comparable(frame);
  return kind === "result"
    ? {
        ...(shown as object),
        rest: "rest" in frame && frame.rest !== undefined ? comparable(frame.rest) : null,
      }
    : shown;
}

describe("FrameWriter", () => {
  it.each([
    ["opener", openerFrame],
    ["answerer", answererFrame],
  ] as const)("writes what readFrames reads as the same frames of the %s", (from, frame) => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 25 }), (frames) => {
        expect(readBack(written(frames), from).map(comparable)).toEqual(frames.map(comparable));
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it.each([
    ["SessionRequest", openerFrame],
    ["ExecuteRequest", openerFrame],
    ["SessionResponse", answererFrame],
    ["ExecuteResponse", answererFrame],
  ] as const)("writes what the stock library reads as a %s", (type, frame) => {
    fc.assert(
      fc.property(frame, (one) => {
        if (type === "SessionResponse" && (one.kind === "function" || one.kind === "log")) return;
        if (type === "ExecuteRequest" && one.kind === "pause") return;
        const [message = Buffer.alloc(0)] = written([one]);
        expect(stockDecode(message, type)[one.kind]).toEqual([asStock(one)]);
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("keeps every message within the bound and fills it reasonably", () => {
    const frames = fc.array(fc.oneof(openerFrame, answererFrame), { minLength: 20, maxLength: 80 });
    fc.assert(
      fc.property(frames, (many) => {
        const messages = written(many);
        for (const [index, message] of messages.entries()) {
          expect(message.length).toBeLessThanOrEqual(limits.frameMaxBytes);
          const both = message.length + (messages[index + 1]?.length ?? limits.frameMaxBytes);
          expect(both).toBeGreaterThan(limits.frameMaxBytes / 2);
        }
      }),
      { seed: testSeed, numRuns: 100 },
    );
  });

  // What was reserved for a frame did not count all of its texts: numbers after a long text were written past the end
  // of the buffer and lost.
  it("writes a frame whole however long its texts are", () => {
    const long = (length: number): fc.Arbitrary<string> => fc.nat(length).map((size) => "ü".repeat(size));
    const sizes = fc.record({
      affinity: long(40_000),
      idempotencyKey: long(40_000),
      payload: fc.nat(48 * 1024),
    });
    fc.assert(
      fc.property(sizes, fc.nat(30_000), ({ affinity, idempotencyKey, payload }, before) => {
        const texts = { affinity, idempotencyKey, principal: affinity };
        const numbers = {
          attemptsMax: 2 ** 31,
          attempt: 2 ** 32 - 1,
          incarnation: 2 ** 53 - 1,
        };
        const payloads = new Uint8Array(payload);
        const batch = {
          ...emptyBatch,
          ...texts,
          ...numbers,
          count: 1,
          sizes: Uint32Array.of(payload),
          payloads,
        };
        const node = affinity.slice(0, 9000);
        const errors = [
          {
            index: 0,
            code: 2,
            reason: "R",
            message: idempotencyKey,
            details: noBytes,
            attempts: 1,
            node,
            retryAfterMs: 1,
            count: 0,
          },
        ];
        const result = {
          ...emptyResult,
          node,
          errors,
          incarnation: 2 ** 53 - 1,
          memoryBytes: 2 ** 53 - 1,
          attempt: 9,
        };
        const frames: RecordedFrame[] = [
          { kind: "chunk", frame: { id: 1, data: new Uint8Array(before) } },
          { kind: "batch", frame: batch },
          { kind: "result", frame: result },
        ];
        expect(readBack(written(frames), "opener").map(comparable)).toEqual(frames.map(comparable));
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("writes frames in the order they were given, over several messages", () => {
    const frames = Array.from({ length: 200 }, (_, id): RecordedFrame => {
      return { kind: "chunk", frame: { id, data: new Uint8Array(1000) } };
    });
    const messages = written(frames);
    expect(messages.length).toBeGreaterThan(2);
    expect(readBack(messages, "opener").map(({ frame }) => "id" in frame && frame.id)).toEqual(
      frames.map((_, id) => id),
    );
  });

  it("starts a new message where it is told to", () => {
    const writer = new FrameWriter();
    writer.cancel({ id: 1, first: 0, count: 0 });
    writer.seal();
    writer.seal();
    writer.cancel({ id: 2, first: 0, count: 0 });
    expect(writer.take()).toHaveLength(2);
    expect(writer.empty).toBe(true);
    expect(writer.take()).toEqual([]);
  });

  it("hands out messages that later frames do not change", () => {
    const writer = new FrameWriter();
    writer.chunk(1, new Uint8Array(100).fill(1));
    const [small = Buffer.alloc(0)] = writer.take();
    writer.chunk(2, new Uint8Array(20_000).fill(2));
    const [large = Buffer.alloc(0)] = writer.take();
    const copies = [Buffer.from(small), Buffer.from(large)];
    writer.chunk(3, new Uint8Array(20_000).fill(3));
    writer.take();
    expect(small.equals(copies[0] ?? Buffer.alloc(0))).toBe(true);
    expect(large.equals(copies[1] ?? Buffer.alloc(0))).toBe(true);
  });
});
