import { describe, expect, it } from "vitest";
import { chunkHead } from "../../src/wire/chunk-head.ts";
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
