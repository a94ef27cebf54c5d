import { describe, expect, it } from "vitest";
import { chunkHead, readChunkHead } from "../../src/wire/chunk-head.ts";
import { FrameWriter } from "../../src/wire/frame-writer.ts";
import { readFrames } from "../../src/wire/frame-reader.ts";
import { FrameRecorder } from "../support/frame-recorder.ts";

describe("chunkHead", () => {
  it.each([
    [1, 1],
    [127, 128],
    [2 ** 31, 70_000],
    [2 ** 40 + 5, 3],
  ])("reads, before the bytes, as what a writer writes of chunk %d with %d bytes", (id, bytes) => {
    const data = Buffer.alloc(bytes, 7);
    const writer = new FrameWriter();
    writer.chunk(id, data);
    const [own, other] = [Buffer.concat([chunkHead(id, bytes), data]), Buffer.concat(writer.take())].map(
      (message) => {
        const recorder = new FrameRecorder();
        readFrames(message, "opener", recorder);
        return recorder.frames;
      },
    );
    expect(own).toEqual(other);
  });
});

describe("readChunkHead", () => {
  it.each([
    [1, 1],
    [2 ** 40 + 5, 70_000],
  ])("reads whose chunk it is and where its bytes begin, of chunk %d with %d bytes", (id, bytes) => {
    const head = chunkHead(id, bytes);
    const start = Buffer.concat([head, Buffer.alloc(1)]);
    expect(readChunkHead(start, head.length + bytes)).toEqual({ id, headBytes: head.length });
    const writer = new FrameWriter();
    writer.chunk(id, Buffer.alloc(bytes, 7));
    const message = Buffer.concat(writer.take());
    expect(readChunkHead(message.subarray(0, 64), message.length)).toEqual({
      id,
      headBytes: message.length - bytes,
    });
  });

  it("leaves alone what is anything but a chunk alone", () => {
    const head = chunkHead(3, 1000);
    const size = head.length + 1000;
    expect(readChunkHead(head, size + 1)).toBeUndefined(); // something follows it
    expect(readChunkHead(head, size - 1)).toBeUndefined();
    const inner = Buffer.from(head);
    inner.writeUInt8(0x20, 3); // another field first
    expect(inner.equals(head)).toBe(false);
    expect(readChunkHead(inner, size)).toBeUndefined();
    const frame = Buffer.from(head);
    frame[0] = (7 << 3) | 2;
    expect(readChunkHead(frame, size)).toBeUndefined();
  });
});
