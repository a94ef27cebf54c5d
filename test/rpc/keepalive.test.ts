import { EventEmitter, once } from "node:events";
import { connect, createServer, type ClientHttp2Session, type ServerHttp2Session } from "node:http2";
import { connect as connectSocket, type AddressInfo } from "node:net";
import { Client, credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { onSession } from "../../src/rpc/http2-sessions.ts";
import { keepAlive, keepaliveTimes, keepStreamAlive } from "../../src/rpc/keepalive.ts";
import { bind, createRpcServer } from "../../src/rpc/server.ts";
import { executeMethod } from "../../src/rpc/services.ts";
import { startStreamServer } from "../support/frame-links.ts";

/** A connection whose other end answers as many pings as it is told to. */
class SilentSession extends EventEmitter {
  destroyed = false;
  pings = 0;
  readonly #answers: number;

  constructor(answers: number) {
    super();
    this.#answers = answers;
  }

  ping(answered: () => void): boolean {
    if (this.pings++ < this.#answers) answered();
    return true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

/** Two ends of a real connection in this process. */
async function pair() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = once(server, "session");
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`); // it listens on a port
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  await once(client, "connect");
  const [other] = (await session) as [ServerHttp2Session]; // what Node gives to this event
  return { client, other };
}

const times = { everyMs: 20, answerMs: 20 };

describe("keepAlive", () => {
  it("cuts a connection whose other end has stopped to answer", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const session = new SilentSession(3);
    const silent = vi.fn();
    keepAlive(session as unknown as ClientHttp2Session, { everyMs: 1000, answerMs: 1000 }, silent); // what it uses
    vi.advanceTimersByTime(5_000);
    expect(session).toMatchObject({ pings: 4, destroyed: false });
    vi.advanceTimersByTime(250);
    expect(session).toMatchObject({ pings: 4, destroyed: true });
    expect(silent).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("looks no more at a connection that has ended", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const session = new SilentSession(0);
    keepAlive(session as unknown as ClientHttp2Session, times); // what it uses
    session.emit("close");
    expect(vi.getTimerCount()).toBe(0);
  });

  // A gateway that stood still for two seconds dropped all its nodes: their answers lay there, unread.
  it("does not take its own process standing still for the silence of the other end", async () => {
    const { client, other } = await pair();
    let pings = 0;
    other.on("ping", () => pings++);
    const silent = vi.fn();
    keepAlive(client, times, silent);
    while (pings < 6) {
      await once(other, "ping");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 * (times.everyMs + times.answerMs));
    }
    expect(silent).not.toHaveBeenCalled();
    expect(client.destroyed).toBe(false);
  });
});

describe("keepaliveTimes", () => {
  it("finds a silent peer in the fabric before its lease is over", () => {
    const { everyMs, answerMs } = keepaliveTimes("fabric");
    expect(1.25 * answerMs + everyMs).toBeLessThan(limits.leaseMs);
  });

  // A node that gave up a scheduler which stood still ended what ran for it, and came back to be given it again.
  it("waits for a scheduler longer than a scheduler waits for a node", () => {
    expect(keepaliveTimes("scheduler").answerMs).toBeGreaterThan(limits.leaseMs);
    expect(keepaliveTimes("client").answerMs).toBeGreaterThan(keepaliveTimes("fabric").answerMs);
  });
});

describe("keepStreamAlive", () => {
  it("finds the connection of a stream and asks on it", async () => {
    const server = await startStreamServer((_message, end) => {
      end.duplex.writer.cancel({ id: 1, first: 0, count: 0 });
      end.duplex.flush();
    });
    const asked = new Promise<void>((resolve) =>
      onSession(server.server, (session) => session.once("ping", () => resolve())),
    );
    // One whose keepalive of the library is off.
    const channel = new Client(server.address, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = executeMethod;
    const stream = channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    onTestFinished(() => {
      stream.cancel();
      channel.close();
    });
    stream.on("error", () => {}); // its end
    stream.on("data", () => {});
    keepStreamAlive(stream, "fabric");
    stream.write(Buffer.alloc(0));
    await asked;
  });
});

describe("a server", () => {
  it("ends a connection that never answers it", async () => {
    const server = createRpcServer("fabric");
    onTestFinished(() => server.forceShutdown());
    const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
    const socket = connectSocket(port, "127.0.0.1");
    socket.resume();
    await once(socket, "close");
  });
});
