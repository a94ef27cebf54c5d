import { once } from "node:events";
import { connect, constants, createServer, type ClientHttp2Stream, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { PlainCalls } from "../../src/rpc/plain-call.ts";
import type { RawAnswer } from "../../src/rpc/raw-call.ts";

const bounds = { unaryHeldMaxBytes: 1000, unaryCloseMs: 20 };

/** A server whose calls answer with as many bytes as the request says, or are kept when it says nothing. */
async function setup(window = 65_535) {
  const calls = new PlainCalls(bounds);
  const kept: RawAnswer[] = [];
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    calls.take(stream, headers, ({ request }, answer) => {
      if (request.length === 0) kept.push(answer);
      else answer.succeeded(Buffer.alloc(Number(request.toString())), {});
      return undefined;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: window } });
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const open = (timeout?: string): ClientHttp2Stream => {
    const headers = { ":method": "POST", ":path": "/a.B/C", "content-type": "application/grpc" };
    const stream = session.request({
      ...headers,
      ...(timeout === undefined ? {} : { "grpc-timeout": timeout }),
    });
    stream.on("error", () => {}); // what a test looks at is the status, or the close
    return stream;
  };
  return { open, kept };
}

/** The header of a message of so many bytes, and what there is of it. */
function message(length: number, payload: Buffer | string = ""): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, Buffer.from(payload)]);
}

const ask = (responseBytes: number): Buffer => message(4, String(responseBytes).padStart(4));

/** The status of a call and why. */
async function statusOf(stream: ClientHttp2Stream): Promise<[code: unknown, details: string]> {
  const found = Promise.race([once(stream, "trailers"), once(stream, "response")]);
  stream.resume();
  let [headers] = (await found) as [Record<string, unknown>];
  if (!("grpc-status" in headers)) [headers] = (await once(stream, "trailers")) as [Record<string, unknown>];
  return [headers["grpc-status"], decodeURI(String(headers["grpc-message"]))];
}

describe("PlainCalls", () => {
  it("ends the stream of a request that it refused, though the client does not", async () => {
    const { open } = await setup();
    const stream = open();
    const closed = once(stream, "close");
    stream.write(message(2 ** 31));
    expect(await statusOf(stream)).toMatchObject(["8", expect.stringContaining("2147483648 bytes")]);
    await closed;
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  it("ends the stream of a request that has not come by its deadline, though the client does not", async () => {
    const { open } = await setup();
    const stream = open("20m");
    const closed = once(stream, "close");
    stream.write(message(10, "half"));
    expect(await statusOf(stream)).toMatchObject(["4", expect.stringContaining("deadline")]);
    await closed;
  });

  it("ends the stream of a response that is not read, when its deadline is over", async () => {
    const { open } = await setup(0);
    for (let timeoutMs = 20; ; timeoutMs *= 4) {
      const stream = open(`${timeoutMs}m`);
      stream.end(ask(100));
      const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
      if ("grpc-status" in headers) continue; // the request was not there in time
      await once(stream, "close");
      expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
      return;
    }
  });

  it("bounds what comes of requests on a connection without being whole", async () => {
    const { open } = await setup();
    const halves = [open(), open(), open()];
    for (const stream of halves) stream.write(message(490, Buffer.alloc(485)));
    const status = await Promise.race(halves.map(statusOf));
    expect(status).toMatchObject(["8", expect.stringContaining("bytes of a request are more than")]);
    for (const stream of halves) stream.close(constants.NGHTTP2_CANCEL);
    const whole = async (): Promise<unknown> => {
      const stream = open();
      stream.end(ask(900));
      return statusOf(stream);
    };
    await expect.poll(whole, { timeout: 20_000 }).toEqual(["0", "OK"]);
  });

  it("bounds the responses that a connection does not read", async () => {
    const { open } = await setup(0);
    /** The headers of a response, which is not read. */
    const unread = async (bytes: number) => {
      const stream = open();
      stream.end(ask(bytes));
      const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
      return { stream, refused: "grpc-status" in headers };
    };
    const { stream } = await unread(900);
    const refused = open();
    refused.end(ask(100));
    expect(await statusOf(refused)).toMatchObject(["8", expect.stringContaining("100 bytes of a response")]);
    stream.close(constants.NGHTTP2_CANCEL);
    await expect.poll(async () => (await unread(900)).refused, { timeout: 20_000 }).toBe(false);
  });

  it("holds nothing for an answer that comes when the caller has gone", async () => {
    const { open, kept } = await setup();
    const gone = open();
    gone.end(message(0));
    await expect.poll(() => kept.length, { timeout: 20_000 }).toBe(1);
    gone.close(constants.NGHTTP2_CANCEL);
    const whole = async (bytes: number): Promise<unknown> => {
      const stream = open();
      stream.end(ask(bytes));
      return statusOf(stream);
    };
    expect(await whole(10)).toEqual(["0", "OK"]);
    kept[0]?.succeeded(Buffer.alloc(900), {});
    await expect.poll(() => whole(900), { timeout: 20_000 }).toEqual(["0", "OK"]);
  });
});
