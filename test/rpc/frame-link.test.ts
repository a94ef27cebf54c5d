import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { emptyBatch, emptyFunction, emptyResult, noBytes, type BatchFrame } from "../../src/wire/frame.ts";
import { connectLinks } from "../support/frame-links.ts";

const MiB = 1024 * 1024;

function batchOf(id: number, payloads: Buffer, first = 0): BatchFrame {
  return {
    ...emptyBatch,
    id,
    function: 1,
    first,
    count: 1,
    sizes: Uint32Array.of(payloads.length),
    payloads,
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that differ from place to place, so that a chunk in the wrong place shows. */
function patterned(bytes: number, seed: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  let state = seed + 1;
  for (let at = 0; at < bytes; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (at + 4 <= bytes) buffer.writeUInt32LE(state, at);
    else buffer.fill(state & 0xff, at);
  }
  return buffer;
}

describe("FrameLink", () => {
  it("carries small frames both ways", async () => {
    const { opener, answerer } = await connectLinks();
    opener.link.sendBatch(batchOf(1, Buffer.from("in")));
    await answerer.sink.count("batch", 1);
    expect(answerer.sink.batches[0]).toMatchObject({ id: 1, count: 1, bulkBytes: 0 });
    expect(Buffer.from(inOnePiece(answerer.sink.batches[0]?.payloads ?? Buffer.alloc(0))).toString()).toBe(
      "in",
    );
    const payloads = Buffer.from("out");
    answerer.link.sendResult({ ...emptyResult, id: 1, count: 1, sizes: Uint32Array.of(3), payloads });
    await opener.sink.count("result", 1);
    expect(Buffer.from(inOnePiece(opener.sink.results[0]?.payloads ?? Buffer.alloc(0))).toString()).toBe(
      "out",
    );
  });

  it.each([limits.framePayloadMaxBytes, limits.framePayloadMaxBytes + 1, MiB, 40 * MiB])(
    "carries %d bytes whole, however it takes them",
    async (size) => {
      const { opener, answerer } = await connectLinks();
      const payloads = patterned(size, 7);
      opener.link.sendBatch(batchOf(5, payloads));
      await answerer.sink.count("batch", 1);
      const [got] = answerer.sink.batches;
      expect(got).toMatchObject({ id: 5, count: 1, bulkBytes: 0 });
      expect(digestOf(inOnePiece(got?.payloads ?? Buffer.alloc(0)))).toBe(digestOf(payloads));
      expect(opener.link.waitingBytes).toBe(0);
      const largest = [answerer.small, answerer.bulk].map(({ messages }) =>
        Math.max(...messages.map((message) => message.length)),
      );
      expect(largest[0]).toBeLessThanOrEqual(limits.frameMaxBytes);
      expect(largest[1]).toBeLessThanOrEqual(limits.bulkMessageMaxBytes);
    },
  );

  it("lets small frames overtake large ones of other ids", async () => {
    const { opener, answerer } = await connectLinks();
    opener.link.sendBatch(batchOf(1, patterned(40 * MiB, 1)));
    opener.link.sendBatch(batchOf(2, Buffer.from("small")));
    await answerer.sink.count("batch", 2);
    expect(answerer.sink.batches.map(({ id }) => id)).toEqual([2, 1]);
  });

  it("drops what has not left of a cancelled frame, and goes on with the others", async () => {
    const { opener, answerer } = await connectLinks();
    opener.link.sendBatch(batchOf(1, patterned(40 * MiB, 1)));
    opener.link.sendBatch(batchOf(2, patterned(MiB, 2)));
    opener.link.sendBatch(batchOf(1, patterned(MiB, 3), 1));
    while (opener.link.waitingBytes > 40 * MiB) await new Promise((resolve) => setImmediate(resolve));
    opener.link.cancel({ id: 1, first: 0, count: 1 });
    expect(opener.link.waitingBytes).toBeLessThan(4 * MiB);
    await answerer.sink.count("batch", 2);
    expect(answerer.sink.batches.map(({ id, first }) => [id, first])).toEqual([
      [2, 0],
      [1, 1],
    ]);
    await answerer.sink.count("cancel", 1);
    expect(answerer.sink.dropped.map(({ id, first }) => [id, first])).toEqual([[1, 0]]);
    expect(answerer.sink.frames.map(({ kind }) => kind)).toEqual(["batch", "batch", "cancel"]);
    expect(opener.link.waitingBytes).toBe(0);
  });

  it("keeps the payloads of frames that are not cancelled as a whole", async () => {
    const { opener, answerer } = await connectLinks();
    const two = { ...batchOf(1, patterned(2 * MiB, 1)), count: 2, sizes: Uint32Array.of(MiB, MiB) };
    opener.link.sendBatch(two);
    opener.link.cancel({ id: 1, first: 0, count: 1 });
    opener.link.cancel({ id: 2, first: 0, count: 0 });
    await answerer.sink.count("batch", 1);
    expect(digestOf(inOnePiece(answerer.sink.batches[0]?.payloads ?? Buffer.alloc(0)))).toBe(
      digestOf(patterned(2 * MiB, 1)),
    );
  });

  // The frames of a map with inputs of all sizes came in another order than they were sent: the small ones before the
  // large. The gateway gave items wrong indices, or dropped those that came before their map was known.
  it("hands on frames of one id in the order they were sent, large or small", async () => {
    const { opener, answerer } = await connectLinks();
    const sizes = [100, 100_000, 10, 300_000, 20, 30, 60_000, 1];
    sizes.forEach((size, first) => opener.link.sendBatch(batchOf(9, patterned(size, first), first)));
    opener.link.writer?.cancel({ id: 9, first: 3, count: 0 });
    await answerer.sink.count("cancel", 1);
    expect(answerer.sink.frames.map(({ kind }) => kind)).toEqual([...sizes.map(() => "batch"), "cancel"]);
    expect(answerer.sink.batches.map(({ first }) => first)).toEqual(sizes.map((_, index) => index));
    for (const [index, { payloads }] of answerer.sink.batches.entries())
      expect(digestOf(inOnePiece(payloads))).toBe(digestOf(patterned(sizes[index] ?? 0, index)));
  });

  // A function is named on the small stream. A large batch that used it came on the other connection and could be there
  // first, which closed the link as a breach of the protocol.
  it("brings a large batch after the function that was named before it", async () => {
    const { opener, answerer } = await connectLinks();
    const digest = Buffer.alloc(32);
    const entry = { ...emptyFunction, number: 1, kernel: "k", function: "f", digest };
    opener.link.writer?.function(entry);
    opener.link.sendBatch(batchOf(1, patterned(MiB, 3)));
    await answerer.sink.count("batch", 1);
    expect(answerer.sink.frames.map(({ kind }) => kind)).toEqual(["function", "batch"]);
  });

  it("ends an attempt after its large results, not before", async () => {
    const { opener, answerer } = await connectLinks();
    const payloads = patterned(5 * MiB, 3);
    const sizes = Uint32Array.of(payloads.length);
    answerer.link.sendResult({ ...emptyResult, id: 4, count: 1, sizes, payloads });
    answerer.link.sendResult({ ...emptyResult, id: 4, first: 1, done: true });
    await opener.sink.count("result", 2);
    expect(opener.sink.results.map(({ done }) => done)).toEqual([false, true]);
  });

  // A thousand items that fail with a long sentence each made one message of megabytes, which the peer refused and with
  // it the connection.
  it("sends a result with many long errors as several messages", async () => {
    const { opener, answerer } = await connectLinks();
    const count = 1024;
    const error = { code: 2, reason: "KERNEL_FAILED", details: noBytes, attempts: 0, node: "" };
    const message = (index: number): string => `${index} `.repeat(2000).slice(0, limits.messageMaxBytes);
    const errors = Array.from({ length: count }, (_, index) => ({
      ...error,
      index,
      message: message(index),
      retryAfterMs: 0,
      count: 0,
    }));
    answerer.link.sendResult({ ...emptyResult, id: 1, count, errors, done: true });
    await opener.sink.until((frames) =>
      frames.some(({ kind, frame }) => kind === "result" && "done" in frame && frame.done),
    );
    const { results } = opener.sink;
    const got = results.flatMap((frame) => frame.errors);
    expect(got.map(({ index }) => index)).toEqual(errors.map(({ index }) => index));
    expect(got.every((failed) => failed.message === message(failed.index))).toBe(true);
    expect(results.filter(({ done }) => done)).toHaveLength(1);
    expect(results.reduce((sum, frame) => sum + frame.count, 0)).toBe(count);
    expect(Math.max(...opener.small.messages.map(({ length }) => length))).toBeLessThanOrEqual(
      limits.frameMaxBytes,
    );
  });

  it("counts what waits and tells when the last of it has left", async () => {
    const relieved = Promise.withResolvers<void>();
    const { opener, answerer } = await connectLinks(relieved.resolve);
    opener.link.sendBatch(batchOf(1, patterned(8 * MiB, 1)));
    expect(opener.link.waitingBytes).toBe(8 * MiB);
    await relieved.promise;
    expect(opener.link.waitingBytes).toBeLessThan(MiB);
    await answerer.sink.count("batch", 1);
  });

  it("gives away all that waits before it finishes in order", async () => {
    const { opener, answerer } = await connectLinks();
    opener.link.sendBatch(batchOf(1, patterned(8 * MiB, 1)));
    opener.link.sendBatch(batchOf(2, Buffer.from("last")));
    opener.link.finish(undefined);
    expect(await answerer.bulk.closed).toBeUndefined();
    expect(await answerer.small.closed).toBeUndefined();
    expect(answerer.sink.batches.map(({ id }) => id).sort()).toEqual([1, 2]);
  });

  it("sends nothing and keeps nothing once it is closed", async () => {
    const { opener } = await connectLinks();
    opener.link.close(undefined);
    opener.link.sendBatch(batchOf(1, patterned(MiB, 1)));
    opener.link.sendResult({ ...emptyResult, id: 1, count: 1 });
    expect(opener.link.waitingBytes).toBe(0);
    expect(opener.link.writer).toBeUndefined();
  });

  describe("when the peer breaks the protocol", () => {
    const header = { ...batchOf(1, Buffer.alloc(0)), sizes: Uint32Array.of(100_000), bulkBytes: 100_000 };

    it.each([["a chunk longer than its frame", [70_000, 70_000]]])(
      "closes with a status after %s",
      async (_, sizes) => {
        const { opener, answerer } = await connectLinks();
        opener.small.duplex.writer.batch(header);
        opener.small.duplex.flush();
        for (const size of sizes) {
          opener.bulk.duplex.writer.chunk(1, Buffer.alloc(size));
          opener.bulk.duplex.writer.seal();
        }
        opener.bulk.duplex.flush();
        expect(await answerer.bulk.closed).toMatchObject({ reason: "PROTOCOL" });
        expect(await opener.bulk.closed).toMatchObject({ reason: "PROTOCOL", code: 13 });
      },
    );

    it("closes with a status after a frame on the bulk stream that is no chunk", async () => {
      const { opener } = await connectLinks();
      opener.bulk.duplex.writer.batch(batchOf(1, Buffer.from("x")));
      opener.bulk.duplex.flush();
      expect(await opener.bulk.closed).toMatchObject({
        reason: "PROTOCOL",
        rawMessage: "a Batch on the bulk stream, which carries chunks only",
      });
    });

    it("closes with a status rather than hold chunks without end", async () => {
      const { opener } = await connectLinks();
      for (let id = 0; id <= limits.nodeQueueMaxBytes / (60 * 1024); id++)
        opener.bulk.duplex.writer.chunk(id, Buffer.alloc(60 * 1024));
      opener.bulk.duplex.flush();
      expect(await opener.bulk.closed).toMatchObject({ reason: "PROTOCOL" });
    });
  });
});
