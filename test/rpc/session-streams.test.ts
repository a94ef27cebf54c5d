import { describe, expect, it } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { version } from "../../src/base/version.ts";
import { openSession, type SessionStreams } from "../../src/rpc/session-streams.ts";
import { emptyBatch, type WelcomeFrame } from "../../src/wire/frame.ts";
import { ScriptedGateway } from "../support/scripted-gateway.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

async function setup() {
  const gateway = await ScriptedGateway.start();
  const relay = await TcpRelay.start(gateway.address);
  const ends: HeddleError[] = [];
  const welcomed = Promise.withResolvers<WelcomeFrame>();
  const closed = Promise.withResolvers<HeddleError>();
  const hello = { version, clientId: "client", bulk: false, namespace: "", principal: "", epoch: 1 };
  const streams: SessionStreams = openSession(relay.address, hello, {
    welcome(frame) {
      streams.openBulk(relay.address);
      welcomed.resolve(frame);
    },
    result: () => {},
    version: () => {},
    closed: (error) => {
      ends.push(error);
      closed.resolve(error);
    },
  });
  return { gateway, relay, streams, ends, welcomed: welcomed.promise, closed: closed.promise };
}

describe("openSession", () => {
  it("opens the small stream, then the bulk one on a connection of its own", async () => {
    const { relay, gateway, streams, welcomed } = await setup();
    expect(await welcomed).toMatchObject({ id: "scripted", version });
    const payloads = new Uint8Array(1_000_000);
    streams.link.sendBatch({
      ...emptyBatch,
      id: 1,
      function: 1,
      count: 1,
      sizes: Uint32Array.of(1_000_000),
      payloads,
    });
    gateway.script = () => {};
    await (await gateway.session(0)).frames.count("batch", 1);
    expect(relay.connections).toBe(2);
    streams.close();
  });

  it("tells once that it is over, whichever end closed it", async () => {
    const own = await setup();
    await own.welcomed;
    own.streams.close();
    own.streams.close();
    expect(own.ends).toMatchObject([{ reason: "CONNECTION_LOST" }]);
    const lost = await setup();
    await lost.welcomed;
    lost.relay.drop();
    expect(await lost.closed).toMatchObject({ reason: "CONNECTION_LOST" });
    lost.streams.close();
    expect(lost.ends).toHaveLength(1);
  });

  it("gives its connections back", async () => {
    const { relay, streams, welcomed } = await setup();
    await welcomed;
    streams.close();
    while (relay.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(relay.connections).toBe(0);
  });

  it("is over when the gateway sends what only clients send", async () => {
    const { gateway, closed } = await setup();
    const session = await gateway.session(0);
    session.link.writer?.cancel({ id: 1, first: 0, count: 0 });
    session.link.flush();
    expect(await closed).toMatchObject({ reason: "PROTOCOL", rawMessage: "the gateway sent a Cancel" });
  });
});
