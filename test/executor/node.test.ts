import { describe, expect, it, onTestFinished } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { Node } from "../../src/executor/node.ts";
import { NodeWorkers } from "../../src/executor/node-workers.ts";
import { connect } from "../../src/sdk/connect.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { listNodes } from "../../src/rpc/clients.ts";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import { startGateway } from "../support/gateway-process.ts";
import { collect } from "../support/iteration.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A whole fabric in this process: a gateway, a node with one worker, and the SDK. */
async function setup(secret?: string) {
  const running = await startGateway(["echo"]);
  const lost = Promise.withResolvers<readonly [HeddleError, boolean]>();
  const node = new Node({
    id: "real",
    schedulers: [running.address],
    secret: secret ?? running.secret,
    bind: { host: "127.0.0.1", port: 0, insecure: false },
    unixPath: "",
    workers: new NodeWorkers(1),
    zone: "",
    modules: await openModuleStore({ folder: temporaryFolder() }),
    events: {
      accepted: () => {},
      fetched: () => {},
      warn: () => {},
      lost: (_, error, final) => lost.resolve([error, final]),
    },
  });
  onTestFinished(() => node.stop("the test is over"));
  const fabric = await connect(running.address);
  onTestFinished(() => fabric.close());
  return { ...running, node, fabric, lost: lost.promise };
}

describe("Node", () => {
  it("runs what the fabric sends it, small and large, one by one and as a map", async () => {
    const { node, ready, fabric, client } = await setup();
    const address = await node.start();
    await ready(1);
    expect(await fabric.invoke("echo/say", { text: "hello" })).toBe("hello");
    const data = new Uint8Array(5_000_000).fill(7);
    expect(await fabric.invoke<Uint8Array>("echo/echo", { data })).toEqual(data);
    const inputs = Array.from({ length: 3000 }, (_, index) => ({ values: new Float64Array([index, 1]) }));
    const results = await collect(fabric.map<number>("echo/sum", inputs));
    expect(results.every(({ index, value }) => value === index + 1)).toBe(true);
    expect(results).toHaveLength(3000);
    const { stats } = await fabric.invokeWithStats("echo/say", { text: "x" });
    expect(stats).toMatchObject({ node: "real", attempts: 1 });
    const [info] = (await listNodes(client)).nodes;
    expect(info?.facts).toMatchObject({ id: "real", address, incarnation: node.incarnation, workers: 1 });
  });

  it("finishes what it has, leaves in order, and stops once", async () => {
    const { node, ready, fabric, client, gateway } = await setup();
    await node.start();
    await ready(1);
    const last = fabric.invoke("echo/say", { text: "last" });
    expect(await last).toBe("last");
    await Promise.all([node.stop("scaled down"), node.stop("again")]);
    const left = async () => (await listNodes(client)).nodes[0];
    const gone = { state: NodeState.NODE_STATE_LEFT, why: "scaled down" };
    for (
      let found = await left();
      found?.state !== gone.state || found.why !== gone.why;
      found = await left()
    )
      await new Promise((resolve) => setImmediate(resolve));
    expect(gateway.readyNodes()).toBe(0);
  });

  it("is refused for good with a wrong secret", async () => {
    const { node, lost } = await setup("guess");
    await node.start();
    const [error, final] = await lost;
    expect([error.reason, final]).toEqual(["BAD_SECRET", true]);
  });

  it("stops before it has started", async () => {
    const { node } = await setup();
    await node.stop("never mind");
  });
});
