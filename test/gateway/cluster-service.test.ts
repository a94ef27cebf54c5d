import { setImmediate as turn } from "node:timers/promises";
import { credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { version } from "../../src/base/version.ts";
import { secretMetadata } from "../../src/rpc/channel.ts";
import { listNodes, watchCluster } from "../../src/rpc/clients.ts";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import type { RegisterRequest } from "../../src/rpc/generated/heddle/v1/RegisterRequest.ts";
import type { WatchRequest } from "../../src/rpc/generated/heddle/v1/WatchRequest.ts";
import type { WatchResponse__Output } from "../../src/rpc/generated/heddle/v1/WatchResponse.ts";
import { heddle } from "../../src/rpc/services.ts";
import { fromStatus } from "../../src/rpc/status.ts";
import { startGateway, type TestGateway } from "../support/gateway-process.ts";
import { next } from "../support/iteration.ts";
import { ScriptedNode, type ScriptedNodeOptions } from "../support/scripted-node.ts";
import { openSessionClient } from "../support/session-client.ts";

async function registered(options: ScriptedNodeOptions, secret?: string) {
  const running = await startGateway();
  const node = await ScriptedNode.start(options);
  const accepted = node.register(running.address, secret ?? running.secret);
  return { ...running, node, accepted };
}

/** Reads a watch until something comes that the test waits for. */
async function until(
  events: AsyncIterator<WatchResponse__Output>,
  wanted: (event: WatchResponse__Output) => unknown,
) {
  for (;;) {
    const event = await next(events);
    if (wanted(event)) return event;
  }
}

async function watching(running: TestGateway, request: WatchRequest = { attempts: true, functions: [] }) {
  const abort = new AbortController();
  const events = watchCluster(running.client, request, abort.signal);
  await until(events, (event) => event.synced);
  return { events, abort };
}

describe("Cluster.Register", () => {
  it.each(["", "guess"])("refuses the secret %o", async (secret) => {
    const { accepted } = await registered({}, secret);
    await expect(accepted).rejects.toMatchObject({ reason: "BAD_SECRET", code: 16 });
  });

  it.each<[ScriptedNodeOptions, object]>([
    [{ id: "" }, { reason: "BAD_REQUEST" }],
    [
      { id: "../other" },
      {
        reason: "BAD_REQUEST",
        rawMessage: 'node id "../other" must have 1 to 64 letters, digits, _, . or -',
      },
    ],
    [{ id: "x".repeat(65) }, { reason: "BAD_REQUEST" }],
    [{ workers: 0 }, { reason: "BAD_REQUEST", rawMessage: "node node-1 has 0 workers" }],
    [{ version: "9.0.0" }, { reason: "VERSION_SKEW", code: 9 }],
  ])("refuses the facts %o", async (options, expected) => {
    const { accepted } = await registered(options);
    await expect(accepted).rejects.toMatchObject(expected);
  });

  const facts = { id: "n", incarnation: 1, address: "127.0.0.1:1", pid: 1, workers: 1, version };
  it.each<[string, RegisterRequest[], string]>([
    [
      "says something else first",
      [{ heartbeat: { attempts: 0 } }],
      "the first message of a Register must be its facts",
    ],
    ["says its facts twice", [{ facts }, { facts }], "a second set of facts on one registration"],
    ["says no address", [{ facts: { ...facts, address: "" } }], "node n says no address"],
  ])("refuses a node that %s", async (_, messages, rawMessage) => {
    const { address, secret } = await startGateway();
    const client = new heddle.Cluster(address, credentials.createInsecure());
    onTestFinished(() => client.close());
    const stream = client.Register(secretMetadata(secret));
    stream.on("data", () => {});
    const failed = new Promise((resolve) => stream.on("error", resolve));
    for (const message of messages) stream.write(message);
    expect(fromStatus(await failed)).toMatchObject({ rawMessage });
  });
});

describe("Cluster.ListNodes", () => {
  it("tells the nodes by id with their last heartbeat", async () => {
    const running = await startGateway();
    const [b, a] = [await running.node({ id: "b" }), await running.node({ id: "a", workers: 4 })];
    b.heartbeat();
    const nodes = async () => (await listNodes(running.client)).nodes;
    while ((await nodes()).find(({ facts }) => facts?.id === "b")?.heartbeat === null) await turn();
    expect(await nodes()).toMatchObject([
      {
        facts: { id: "a", workers: 4, incarnation: a.incarnation },
        state: NodeState.NODE_STATE_READY,
        attempts: 0,
        heartbeat: null,
      },
      { facts: { id: "b" }, state: NodeState.NODE_STATE_READY, heartbeat: { executed: 7 } },
    ]);
  });
});

describe("Cluster.Watch", () => {
  it("tells the nodes as they are, then every change", async () => {
    const running = await startGateway();
    await running.node({ id: "first" });
    const { events, abort } = await watching(running);
    const second = await running.node({ id: "second" });
    const states: (number | undefined)[] = [];
    const seen = (event: WatchResponse__Output): boolean => {
      if (event.node?.facts?.id === "second") states.push(event.node.state);
      return event.node?.state === NodeState.NODE_STATE_LEFT;
    };
    second.leave("going home");
    second.unregister();
    const left = await until(events, seen);
    expect(left.node).toMatchObject({ why: "going home" });
    expect(states).toEqual([
      NodeState.NODE_STATE_JOINING,
      NodeState.NODE_STATE_READY,
      NodeState.NODE_STATE_DRAINING,
      NodeState.NODE_STATE_LEFT,
    ]);
    abort.abort();
  });

  it("tells what nodes say with each heartbeat to those who ask", async () => {
    const running = await startGateway();
    const node = await running.node();
    const { events, abort } = await watching(running, { attempts: false, functions: [], load: true });
    node.heartbeat();
    const told = await until(events, (event) => event.node?.heartbeat?.executed === 7);
    expect(told.node).toMatchObject({ facts: { id: "node-1" }, attempts: 0, queueMs: 0 });
    abort.abort();
  });

  it("tells attempts to those who ask, of the functions they ask for", async () => {
    const running = await startGateway(["echo"]);
    await running.node();
    const { events, abort } = await watching(running, { attempts: true, functions: ["echo/say"] });
    const client = openSessionClient(running.address);
    client.name(1, "echo", "echo");
    client.name(2, "echo", "say");
    client.send(1, ["a"]);
    client.send(2, ["b", "c"], { function: 2 });
    const started = await until(events, (event) => event.attemptStarted);
    expect(started.attemptStarted).toMatchObject({
      function: "echo/say",
      node: "node-1",
      number: 1,
      first: 0,
      count: 2,
    });
    const ended = await until(events, (event) => event.attemptEnded);
    expect(ended.attemptEnded).toMatchObject({ function: "echo/say", outcome: "ok", reason: "", retried: 0 });
    expect(ended.attemptEnded?.attemptId).toBe(started.attemptStarted?.attemptId);
    abort.abort();
  });

  it("ends when the gateway stops", async () => {
    const running = await startGateway();
    const { events } = await watching(running);
    await Promise.all([running.gateway.stop(), expect(events.next()).resolves.toMatchObject({ done: true })]);
  });
});

describe("Membership", () => {
  const { NODE_STATE_READY, NODE_STATE_LOST, NODE_STATE_LEFT, NODE_STATE_DRAINING } = NodeState;

  it("lets a later boot of a node take over, and tells why the earlier was lost", async () => {
    const running = await startGateway();
    const { events, abort } = await watching(running);
    const earlier = await running.node({ incarnation: 1 });
    const later = await ScriptedNode.start({ incarnation: 2 });
    await later.register(running.address, running.secret);
    expect(await earlier.ended).toMatchObject({
      reason: "BAD_REQUEST",
      rawMessage: 'node id "node-1" was taken over by process 1, which started later',
    });
    const lost = await until(events, (event) => event.node?.state === NODE_STATE_LOST);
    expect(lost.node?.why).toBe('node id "node-1" was taken over by process 1, which started later');
    await until(
      events,
      (event) => event.node?.state === NODE_STATE_READY && event.node.facts?.incarnation === 2,
    );
    expect((await listNodes(running.client)).nodes).toHaveLength(1);
    abort.abort();
  });

  it("refuses an earlier boot of a node that is there", async () => {
    const running = await startGateway();
    await running.node({ incarnation: 5 });
    const stale = await ScriptedNode.start({ incarnation: 4 });
    await expect(stale.register(running.address, running.secret)).rejects.toMatchObject({
      reason: "BAD_REQUEST",
      rawMessage: expect.stringContaining(
        "which started later; give each node a data folder of its own",
      ) as string,
    });
    expect(running.gateway.readyNodes()).toBe(1);
  });

  it("dials again a node whose link fell", async () => {
    const running = await startGateway();
    const node = await running.node();
    const { events, abort } = await watching(running);
    node.dropLinks(new HeddleError("INTERNAL", "the stream broke"));
    const fell = await until(events, (event) => event.node);
    expect(fell.node?.state).toBe(NodeState.NODE_STATE_JOINING);
    expect(fell.node?.why).toContain("node node-1: ");
    await until(events, (event) => event.node?.state === NODE_STATE_READY);
    expect(node.hellos).toHaveLength(2);
    expect(node.hellos[1]?.clientId).not.toBe(node.hellos[0]?.clientId);
    abort.abort();
  });

  it("takes a step of the time of day for no silence", async () => {
    const running = await startGateway();
    const node = await running.node();
    const { events, abort } = await watching(running);
    const dayMs = 86_400_000;
    const now = Date.now.bind(Date);
    const stepped = vi.spyOn(Date, "now").mockImplementation(() => now() + dayMs);
    onTestFinished(() => stepped.mockRestore());
    node.dropLinks(new HeddleError("INTERNAL", "the stream broke"));
    const fell = await until(events, (event) => event.node);
    expect(fell.node?.state).toBe(NodeState.NODE_STATE_JOINING);
    await until(events, (event) => event.node?.state === NODE_STATE_READY);
    abort.abort();
  });

  it("does not take work to a node that is not the one it registered as", async () => {
    const running = await startGateway();
    const { events, abort } = await watching(running);
    const node = await ScriptedNode.start({ welcomeId: "another" });
    await node.register(running.address, running.secret);
    const joining = await until(events, (event) => event.node?.why.includes("found another"));
    expect(joining.node?.state).toBe(NodeState.NODE_STATE_JOINING);
    expect(running.gateway.readyNodes()).toBe(0);
    abort.abort();
  });

  it("loses a node whose registration breaks", async () => {
    const running = await startGateway();
    const node = await running.node();
    const { events, abort } = await watching(running);
    node.stop();
    const lost = await until(events, (event) => event.node?.state === NODE_STATE_LOST);
    expect(lost.node?.why).toBe("its registration stream closed");
    abort.abort();
  });

  it("takes no more work to a node that says by its credit that it drains", async () => {
    const running = await startGateway();
    const node = await running.node();
    const { events, abort } = await watching(running);
    node.grant({ attempts: 0, draining: true });
    await until(events, (event) => event.node?.state === NODE_STATE_DRAINING);
    expect(running.gateway.readyNodes()).toBe(0);
    abort.abort();
  });

  // The node was dialled again and again although it had said that it goes, and shown as lost in the end.
  it("lets a node that drains go when its link ends", async () => {
    const running = await startGateway();
    const node = await running.node();
    const { events, abort } = await watching(running);
    node.leave("scaled down");
    await until(events, (event) => event.node?.state === NODE_STATE_DRAINING);
    node.dropLinks();
    const left = await until(events, (event) => event.node?.state !== NODE_STATE_DRAINING);
    expect(left.node).toMatchObject({ state: NODE_STATE_LEFT, why: "scaled down" });
    expect(node.hellos).toHaveLength(1);
    abort.abort();
  });

  it("tells its nodes that it stops", async () => {
    const running = await startGateway();
    const node = await running.node();
    await running.gateway.stop();
    expect(await node.ended).toMatchObject({ reason: "GATEWAY_STOPPING" });
  });
});
