import { describe, expect, it, onTestFinished, vi } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { MessageLane } from "../../src/rpc/message-lane.ts";
import { FrameRecorder } from "../support/frame-recorder.ts";
import { openStream, startStreamServer, type StreamEnd } from "../support/frame-links.ts";
import { readFrames } from "../../src/wire/frame-reader.ts";

/** Both ends of a stream on which each has sent one message, and the lanes they have taken. */
async function setup() {
  const open = vi.spyOn(MessageLane, "open");
  onTestFinished(() => open.mockRestore());
  const sinks = { opener: new FrameRecorder(), answerer: new FrameRecorder() };
  const server = await startStreamServer((message) => readFrames(message, "opener", sinks.answerer));
  const opener = openStream(server.address, (message) => readFrames(message, "answerer", sinks.opener));
  send(opener, 0, 1);
  const answerer = await server.end(0);
  await sinks.answerer.count("chunk", 1);
  send(answerer, 0, 1);
  await sinks.opener.count("chunk", 1);
  const lanes = open.mock.results.filter(({ value }) => value instanceof MessageLane);
  return { opener, answerer, sinks, lanes };
}

function send(end: StreamEnd, id: number, bytes: number): void {
  end.duplex.writer.chunk(id, Buffer.alloc(bytes, id));
  end.duplex.writer.seal();
  end.duplex.flush();
}

const sizes = [0, 1, 1000, 16_383, 16_384, 65_535, 65_536, 300_000, 3_000_000];

/** What `send` has sent, as its receiver has recorded it. */
function expectChunks(sink: FrameRecorder): void {
  const chunks = sink.frames.filter(({ kind }) => kind === "chunk").slice(1);
  expect(chunks.map(({ frame }) => frame)).toEqual(
    sizes.map((bytes, id) => ({ id, data: expect.objectContaining({ length: bytes }) as unknown })),
  );
}

describe("MessageLane", () => {
  // Where it fails after an update of the library, everything still works, and each message costs more.
  it("is found at both ends as soon as a message has come", async () => {
    const { lanes } = await setup();
    expect(lanes).toHaveLength(2);
  });

  it("carries messages of all sizes in order, both ways at once", async () => {
    const { opener, answerer, sinks } = await setup();
    for (const [id, bytes] of sizes.entries()) {
      send(opener, id, bytes);
      send(answerer, id, bytes);
    }
    await sinks.answerer.count("chunk", sizes.length + 1);
    await sinks.opener.count("chunk", sizes.length + 1);
    expectChunks(sinks.answerer);
    expectChunks(sinks.opener);
  });

  it("lets a stream end in order after what was sent on it", async () => {
    const { opener, answerer, sinks } = await setup();
    send(opener, 1, 3_000_000);
    opener.duplex.flushNow();
    opener.duplex.close(undefined);
    expect(await answerer.closed).toBeUndefined();
    expect(sinks.answerer.frames).toHaveLength(2);
  });

  it("hands on the bytes of a large chunk before all of it has come", async () => {
    const parts: { readonly id: number; readonly bytes: number; readonly first: number | undefined }[] = [];
    const came = Promise.withResolvers<void>();
    const server = await startStreamServer(
      (_message, end) => send(end, 0, 1),
      undefined,
      (id, bytes) => {
        parts.push({ id, bytes: bytes.length, first: bytes[0] });
        if (total() === 3_000_000) came.resolve();
      },
    );
    const total = (): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const opener = openStream(server.address, () => send(opener, 5, 3_000_000));
    send(opener, 0, 1);
    await came.promise;
    expect(parts.length).toBeGreaterThan(1);
    expect(new Set(parts.map(({ id, first }) => `${id} ${first}`))).toEqual(new Set(["5 5"]));
  });

  it("closes a stream on which a message is longer than any may be", async () => {
    const { opener, answerer } = await setup();
    send(opener, 1, limits.unaryMessageMaxBytes + 1);
    expect(await answerer.closed).toMatchObject({ reason: "PROTOCOL" });
    expect(await opener.closed).toMatchObject({ reason: "PROTOCOL" });
  });
});
