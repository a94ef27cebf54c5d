import { once } from "node:events";
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { gzipSync } from "node:zlib";
import { Client, credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import type { RawAnswer, RawCall } from "../../src/rpc/raw-call.ts";
import { addRawMethod, removeRawMethod } from "../../src/rpc/raw-methods.ts";
import { bind, createRpcServer, stopServer } from "../../src/rpc/server.ts";
import { rawCall } from "../support/raw-calls.ts";

const path = "/test.Raw/Call";
const message = Buffer.from("a request");

/** A call that has come, and what became of it. */
interface Taken {
  readonly call: RawCall;
  readonly answer: RawAnswer;
  readonly cancelled: Promise<unknown>;
}

/** A server of one method that keeps each call for the test to answer. */
async function setup() {
  const server = createRpcServer("client");
  const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
  const waiting: ((taken: Taken) => void)[] = [];
  const calls: Taken[] = [];
  addRawMethod(server, path, (call, answer) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const taken = { call, answer, cancelled: promise };
    const next = waiting.shift();
    if (next === undefined) calls.push(taken);
    else next(taken);
    return { cancel: () => resolve(undefined) };
  });
  const session = connect(`http://127.0.0.1:${port}`);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(async () => {
    session.destroy();
    client.close();
    await stopServer(server, 0);
  });
  /** The next call that comes. */
  const taken = (): Promise<Taken> => {
    const first = calls.shift();
    return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
  };
  return { server, session, client, calls, taken };
}

function framed(payload: Uint8Array, compressed = 0, length = payload.length): Buffer {
  const header = Buffer.of(compressed, 0, 0, 0, 0);
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, payload]);
}

function open(session: ClientHttp2Session, headers: Record<string, string> = {}): ClientHttp2Stream {
  const base = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const stream = session.request({ ...base, ...headers });
  stream.on("error", () => {}); // what a test looks at is the status, or the close
  return stream;
}

/** The status of a call, from its trailers or, when it has nothing else, its headers. */
async function statusOf(stream: ClientHttp2Stream): Promise<{ code: number; details: string }> {
  const found = new Promise<Record<string, unknown>>((resolve) => {
    stream.on("response", (headers) => "grpc-status" in headers && resolve(headers));
    stream.on("trailers", (trailers) => resolve(trailers));
  });
  stream.resume();
  const headers = await found;
  return { code: Number(headers["grpc-status"]), details: decodeURI(String(headers["grpc-message"])) };
}

describe("addRawMethod", () => {
  it("gives the call as it came, and takes the response with its trailers", async () => {
    const { client, taken } = await setup();
    const metadata = { "heddle-affinity": "a" };
    const { outcome } = rawCall(client, path, message, { metadata, deadlineMs: 60_000 });
    const { call, answer } = await taken();
    expect(call).toMatchObject({ path, request: message, caller: expect.stringMatching(/^unary 127\./) });
    expect([call.header("heddle-affinity"), call.header("heddle-digest")]).toEqual(["a", undefined]);
    expect(call.deadlineMs).toBeGreaterThan(0);
    expect(call.deadlineMs).toBeLessThanOrEqual(60_000);
    answer.succeeded(Buffer.from("a response"), { "heddle-node": "n" });
    answer.failed(new HeddleError("INTERNAL", "only the first counts"));
    expect(await outcome).toMatchObject({
      code: 0,
      payload: Buffer.from("a response"),
      trailers: { "heddle-node": "n" },
    });
  });

  it("takes and gives empty messages, and has no deadline where there is none", async () => {
    const { client, taken } = await setup();
    const { outcome } = rawCall(client, path, Buffer.alloc(0));
    const { call, answer } = await taken();
    expect([call.request.length, call.deadlineMs]).toEqual([0, Infinity]);
    answer.succeeded(Buffer.alloc(0), {});
    expect(await outcome).toMatchObject({ code: 0, payload: Buffer.alloc(0) });
  });

  it("passes an error on with its reason", async () => {
    const { client, taken } = await setup();
    const { outcome } = rawCall(client, path, message);
    (await taken()).answer.failed(new HeddleError("KERNEL_TRAP", "it trapped at 100 % – früh"));
    expect(await outcome).toMatchObject({
      code: 2,
      details: "it trapped at 100 % – früh",
      errorInfo: { reason: "KERNEL_TRAP" },
    });
  });

  it("puts a request together that comes in pieces", async () => {
    const { session, taken } = await setup();
    const stream = open(session);
    const large = Buffer.alloc(200_000, "large ");
    const bytes = framed(large);
    for (const at of [0, 1, 2, 3, 4]) stream.write(bytes.subarray(at, at + 1));
    stream.write(bytes.subarray(5, 70_000));
    stream.end(bytes.subarray(70_000));
    const { call, answer } = await taken();
    expect(call.request.equals(large)).toBe(true);
    answer.succeeded(large, {});
    expect(await statusOf(stream)).toEqual({ code: 0, details: "OK" });
  });

  it.each([
    ["nothing", Buffer.alloc(0), 12, /takes one message, none came whole/],
    ["part of a header", Buffer.alloc(3), 12, /none came whole/],
    ["part of a message", framed(message, 0, 100), 12, /none came whole/],
    ["two messages", Buffer.concat([framed(message), framed(message)]), 12, /takes one message, more than/],
    ["a compressed message without an encoding", framed(message, 1), 13, /headers name no encoding/],
    ["a forged length", framed(message, 0, 2 ** 31), 8, /the request has 2147483648 bytes/],
    [
      "a message above the bound",
      framed(message, 0, limits.unaryMessageMaxBytes + 1),
      8,
      /a unary call takes/,
    ],
  ])("refuses %s", async (_what, bytes, code, details) => {
    const { session, calls } = await setup();
    const stream = open(session);
    stream.end(bytes);
    const status = await statusOf(stream);
    expect(status.code).toBe(code);
    expect(status.details).toMatch(details);
    expect(calls).toEqual([]);
  });

  it("answers a request that is too large before it has come", async () => {
    const { session } = await setup();
    const stream = open(session);
    stream.write(framed(message, 0, 2 ** 30));
    expect(await statusOf(stream)).toMatchObject({ code: 8 });
  });

  it("ends a call whose request has not come by its deadline", async () => {
    const { session, calls } = await setup();
    const stream = open(session, { "grpc-timeout": "20m" });
    stream.write(framed(message).subarray(0, 7));
    expect(await statusOf(stream)).toMatchObject({ code: 4, details: expect.stringMatching(/deadline/) });
    expect(calls).toEqual([]);
  });

  it("tells that a deadline passed while the request came", async () => {
    const { session, taken } = await setup();
    const stream = open(session, { "grpc-timeout": "1n" });
    stream.end(framed(message));
    const status = statusOf(stream);
    // Whichever is first, the timer of the server or the request.
    const first = await Promise.race([taken(), status]);
    if ("call" in first) {
      expect(first.call.deadlineMs).toBe(0);
      first.answer.failed(new HeddleError("DEADLINE", "nothing was started"));
    }
    expect(await status).toMatchObject({ code: 4 });
  });

  it("leaves a timeout that is none to the library", async () => {
    const { session } = await setup();
    const stream = open(session, { "grpc-timeout": "soon" });
    stream.end(framed(message));
    expect(await statusOf(stream)).toMatchObject({ code: 13 });
  });

  it("leaves compressed requests to the library", async () => {
    const { session, taken } = await setup();
    const stream = open(session, { "grpc-encoding": "gzip", "heddle-affinity": "a" });
    stream.end(framed(gzipSync(message), 1));
    const { call, answer } = await taken();
    expect(call).toMatchObject({ path, request: message, deadlineMs: Infinity });
    expect([call.caller, call.header("heddle-affinity")]).toEqual([
      expect.stringMatching(/^unary 127\./),
      "a",
    ]);
    answer.succeeded(message, { "heddle-node": "n" });
    expect(await statusOf(stream)).toMatchObject({ code: 0 });
  });

  it("leaves what is no gRPC to the library", async () => {
    const { session } = await setup();
    const stream = open(session, { "content-type": "application/json" });
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    expect(headers[":status"]).toBe(415);
  });

  it.each([
    ["the caller cancels", (stream: ClientHttp2Stream) => stream.close(constants.NGHTTP2_CANCEL)],
    ["the connection is lost", (stream: ClientHttp2Stream) => stream.session?.destroy()],
  ])("cancels what was taken when %s", async (_what, end) => {
    const { session, taken } = await setup();
    const stream = open(session);
    stream.end(framed(message));
    const { answer, cancelled } = await taken();
    end(stream);
    await cancelled;
    // Nobody hears it, and nothing breaks.
    answer.succeeded(message, {});
    answer.failed(new HeddleError("CANCELLED", "too late"));
  });

  it("takes nothing from a caller that goes before its request has come", async () => {
    const { session, calls, taken } = await setup();
    const gone = open(session);
    gone.write(framed(message).subarray(0, 7));
    gone.close(constants.NGHTTP2_CANCEL);
    await once(gone, "close");
    const stays = open(session);
    stays.end(framed(message));
    (await taken()).answer.succeeded(message, {});
    expect(await statusOf(stays)).toMatchObject({ code: 0 });
    expect(calls).toEqual([]);
  });

  it("serves no method that was removed, and lets its calls end", async () => {
    const { server, client, taken } = await setup();
    const { outcome } = rawCall(client, path, message);
    const { answer } = await taken();
    removeRawMethod(server, path);
    expect(await rawCall(client, path, message).outcome).toMatchObject({ code: 12 });
    answer.succeeded(message, {});
    expect(await outcome).toMatchObject({ code: 0 });
  });
});
