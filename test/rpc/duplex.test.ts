import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { openStream, startStreamServer, type Receive, type StreamEnd } from "../support/frame-links.ts";
import { FrameRecorder } from "../support/frame-recorder.ts";
import { readFrames } from "../../src/wire/frame-reader.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

/** A stream over a relay, both of its ends, and what comes to the answering one. */
async function setup(answer: Receive = () => {}) {
  const sink = new FrameRecorder();
  const server = await startStreamServer((message, end) => {
    if (message.toString() === "begin") return;
    readFrames(message, "opener", sink);
    answer(message, end);
  });
  const relay = await TcpRelay.start(server.address);
  const opener = openStream(relay.address);
  const answerer = await begun(opener, () => server.end(0));
  return { server, relay, opener, answerer, sink };
}

/** The other end of a stream: a server sees it with its first message. */
async function begun(opener: StreamEnd, end: () => Promise<StreamEnd>): Promise<StreamEnd> {
  opener.duplex.writer.cancel({ id: 0, first: 0, count: 0 });
  opener.duplex.flushNow();
  return end();
}

describe("Duplex", () => {
  it("sends what was written in one turn as one message, in its order", async () => {
    const { opener, answerer, sink } = await setup();
    for (let id = 1; id <= 100; id++) {
      opener.duplex.writer.cancel({ id, first: 0, count: 0 });
      opener.duplex.flush();
    }
    await sink.count("cancel", 101);
    expect(answerer.messages).toHaveLength(2);
    expect(sink.frames.map(({ frame }) => "id" in frame && frame.id)).toEqual(
      Array.from({ length: 101 }, (_, id) => id),
    );
  });

  it("sends nothing before the turn is over unless it is told to", async () => {
    const { opener, answerer, sink } = await setup();
    opener.duplex.writer.cancel({ id: 1, first: 0, count: 0 });
    opener.duplex.flush();
    expect(opener.duplex.writer.empty).toBe(false);
    opener.duplex.flushNow();
    expect(opener.duplex.writer.empty).toBe(true);
    await sink.count("cancel", 2);
    expect(answerer.messages).toHaveLength(2);
  });

  it("keeps what the connection does not take, counts it, and tells when all of it has left", async () => {
    const { opener, sink } = await setup();
    const count = 400;
    for (let id = 0; id < count; id++) opener.duplex.writer.chunk(id, new Uint8Array(60_000));
    opener.duplex.flushNow();
    expect(opener.duplex.writable).toBe(false);
    expect(opener.duplex.waitingBytes).toBeGreaterThan(300 * 60_000);
    expect(opener.drains).toBe(0);
    await sink.count("chunk", count);
    expect(opener.duplex.waitingBytes).toBe(0);
    expect(
      sink.frames.filter(({ kind }) => kind === "chunk").map(({ frame }) => "id" in frame && frame.id),
    ).toEqual(Array.from({ length: count }, (_, id) => id));
    while (opener.drains === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(opener.drains).toBe(1);
    expect(opener.duplex.writable).toBe(true);
  });

  it("ends in order at both ends, after all that was written", async () => {
    const { opener, answerer, sink } = await setup();
    for (let id = 0; id < 100; id++) opener.duplex.writer.chunk(id, new Uint8Array(60_000));
    opener.duplex.close(undefined);
    expect(await answerer.closed).toBeUndefined();
    expect(sink.frames.filter(({ kind }) => kind === "chunk")).toHaveLength(100);
    expect(opener.ends).toEqual([undefined]);
  });

  it("ends in order from the answering end", async () => {
    const { opener, answerer } = await setup();
    for (let id = 0; id < 100; id++) answerer.duplex.writer.chunk(id, new Uint8Array(60_000));
    answerer.duplex.close(undefined);
    expect(await opener.closed).toBeUndefined();
    expect(opener.messages.length).toBeGreaterThanOrEqual(92);
    expect(answerer.ends).toEqual([undefined]);
  });

  // The end that closed was told of INTERNAL "[object Object]" in place of the error it had closed with.
  it("tells both ends of the error that the answering end closed with", async () => {
    const { opener, answerer } = await setup();
    const error = new HeddleError("QUEUE_FULL", "too much", { retryAfterMs: 70 });
    answerer.duplex.close(error);
    expect(answerer.ends).toEqual([error]);
    expect(await opener.closed).toMatchObject({
      reason: "QUEUE_FULL",
      rawMessage: "too much",
      retryAfterMs: 70,
    });
  });

  it("cancels the call when the opening end closes with an error", async () => {
    const { opener, answerer } = await setup();
    const error = new HeddleError("PROTOCOL", "what is that");
    opener.duplex.close(error);
    expect(opener.ends).toEqual([error]);
    await answerer.closed;
    expect(answerer.ends).toHaveLength(1);
  });

  it("closes with the error that a message makes its owner throw", async () => {
    const { opener, answerer } = await setup((message) => {
      if (message.length > 10) throw new HeddleError("PROTOCOL", "no such thing");
    });
    opener.duplex.writer.chunk(1, new Uint8Array(50));
    opener.duplex.flush();
    expect(await answerer.closed).toMatchObject({ reason: "PROTOCOL" });
    expect(await opener.closed).toMatchObject({ reason: "PROTOCOL", rawMessage: "no such thing" });
  });

  it("tells both ends once when the connection is lost", async () => {
    const { opener, answerer, relay } = await setup();
    for (let id = 0; id < 100; id++) opener.duplex.writer.chunk(id, new Uint8Array(60_000));
    opener.duplex.flushNow();
    relay.drop();
    expect(await opener.closed).toMatchObject({ reason: "CONNECTION_LOST", code: 14 });
    await answerer.closed;
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    for (const end of [opener, answerer]) {
      expect(end.ends).toHaveLength(1);
      expect(end.duplex.waitingBytes).toBe(0);
      expect(end.duplex.writable).toBe(false);
    }
  });

  it("does nothing more once it is closed", async () => {
    const { opener } = await setup();
    opener.duplex.close(undefined);
    opener.duplex.writer.cancel({ id: 1, first: 0, count: 0 });
    opener.duplex.flush();
    opener.duplex.flushNow();
    opener.duplex.close(new HeddleError("PROTOCOL", "late"));
    expect(opener.ends).toEqual([undefined]);
  });
});
