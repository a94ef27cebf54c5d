import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatheredMessage } from "../../src/rpc/gathered-message.ts";
import { chunkHead } from "../../src/wire/chunk-head.ts";
import { readFrames } from "../../src/wire/frame-reader.ts";
import { FrameRecorder } from "../support/frame-recorder.ts";
import { openStream, startStreamServer } from "../support/frame-links.ts";

describe("GatheredMessage", () => {
  it("is a message that holds a chunk", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 1, maxLength: 300 }), (id, data) => {
        const message = new GatheredMessage(chunkHead(id, data.length), data);
        const target = Buffer.alloc(message.byteLength);
        expect(message.copy(target, 0)).toBe(message.length);
        const recorder = new FrameRecorder();
        readFrames(target, "opener", recorder);
        expect(recorder.frames).toEqual([{ kind: "chunk", frame: { id, data: Buffer.from(data) } }]);
      }),
    );
  });

  it("goes both ways through the library as the bytes it stands for", async () => {
    const server = await startStreamServer((message, end) => {
      end.duplex.send(new GatheredMessage(Buffer.from("answer to "), message));
    });
    const got = Promise.withResolvers<Buffer>();
    const { duplex } = openStream(server.address, (message) => got.resolve(message));
    duplex.send(new GatheredMessage(Buffer.from("que"), Buffer.from("stion")));
    expect((await got.promise).toString()).toBe("answer to question");
  });
});
