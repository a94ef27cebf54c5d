import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { health, heddle } from "../../src/rpc/services.ts";
import { fromStatus } from "../../src/rpc/status.ts";
import { startGateway } from "../support/gateway-process.ts";
import { openSessionClient, outcomesOf } from "../support/session-client.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("createGateway", () => {
  it("serves gRPC with its health, and HTTP", async () => {
    const { address, http } = await startGateway();
    const client = new health.Health(address, credentials.createInsecure());
    onTestFinished(() => client.close());
    const status = await new Promise((resolve) =>
      client.Check({ service: "heddle.v1.Fabric" }, (_, response) => resolve(response?.status)),
    );
    expect(status).toBe(1);
    const answer = await fetch(`http://${http}/healthz`);
    expect(await answer.json()).toEqual({ status: "serving", nodes: 0 });
  });

  it("listens on a Unix socket, and says so to clients on its machine that came by TCP", async () => {
    const unixPath = join(temporaryFolder(), "gateway.sock");
    const { address } = await startGateway([], unixPath);
    const { port } = new URL(`tcp://${address}`);
    const [far, near] = [await startGateway(), openSessionClient(address)];
    expect(await near.welcome).toMatchObject({ unixPath, port: Number(port) });
    const local = await openSessionClient(`unix:${unixPath}`, { clientId: "client-2" }).welcome;
    expect(local).toMatchObject({ id: (await near.welcome).id, unixPath: "", port: 0 });
    expect(await openSessionClient(far.address).welcome).toMatchObject({ unixPath: "" });
  });

  it("says when so many nodes take work, or the signal aborts", async () => {
    const { gateway, node, ready } = await startGateway();
    const two = ready(2);
    await node({ id: "a" });
    await node({ id: "b" });
    await two;
    expect(gateway.readyNodes()).toBe(2);
    await gateway.whenReady(99, AbortSignal.abort());
  });

  it("runs again elsewhere what was on a node that is lost", async () => {
    const { address, node } = await startGateway(["echo"]);
    const first = await node({ id: "first", script: () => {} });
    const client = openSessionClient(address);
    client.name(1, "echo", "echo");
    client.send(1, ["a", "b"]);
    await first.frames.count("batch", 1);
    await node({ id: "second" });
    first.stop();
    await client.results.until(() => outcomesOf(client, 1).size === 2);
    expect([...outcomesOf(client, 1).values()]).toEqual(["a", "b"]);
    const [result] = client.results.results;
    expect(result).toMatchObject({
      node: "second",
      attempt: 2,
      earlier: [{ number: 1, node: "first", reason: "NODE_LOST" }],
    });
  });

  it("drops what a node says of attempts that are not its own, or of none", async () => {
    const { address, node } = await startGateway(["echo"]);
    const [first, second] = [
      await node({ id: "first", script: () => {} }),
      await node({ id: "second", script: () => {} }),
    ];
    const client = openSessionClient(address);
    client.name(1, "echo", "echo");
    client.send(1, ["a"]);
    await Promise.race([first.frames.count("batch", 1), second.frames.count("batch", 1)]);
    const [owner, other] = first.frames.batches.length > 0 ? [first, second] : [second, first];
    const [frame] = owner.frames.batches;
    if (frame === undefined) throw new Error("one of them has it");
    other.fail(frame, 0, "KERNEL_TRAP");
    other.echo({ ...frame, id: 4711 });
    owner.echo(frame);
    await client.results.count("result", 1);
    expect([...outcomesOf(client, 1).values()]).toEqual(["a"]);
  });

  it("takes nothing new while it lets running work end", async () => {
    const { address, gateway, node } = await startGateway(["echo"]);
    const slow = await node({ script: () => {} });
    const client = openSessionClient(address);
    client.name(1, "echo", "echo");
    client.send(1, ["a"]);
    await slow.frames.count("batch", 1);
    const channel = new Client(address, credentials.createInsecure());
    onTestFinished(() => channel.close());
    await new Promise<void>((resolve, reject) =>
      channel.waitForReady(Infinity, (error) => (error ? reject(error) : resolve())),
    );
    const stopping = gateway.stop();
    client.send(2, ["b"]);
    await client.results.count("result", 1);
    expect(client.results.results[0]).toMatchObject({
      id: 2,
      errors: [{ index: 0, count: 1, code: 14, reason: "GATEWAY_STOPPING" }],
    });
    const { path, requestSerialize, responseDeserialize } = heddle.Fabric.service.Invoke;
    const request = { function: "echo/echo", payload: Buffer.alloc(0) };
    const refused = await new Promise((resolve) =>
      channel.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error) =>
        resolve(fromStatus(error)),
      ),
    );
    expect(refused).toMatchObject({ code: 14, reason: "GATEWAY_STOPPING" });
    const [frame] = slow.frames.batches;
    if (frame !== undefined) slow.echo(frame);
    await client.closed;
    expect([...outcomesOf(client, 1).values()]).toEqual(["a"]);
    await stopping;
  });

  it("lets running work end before it stops, and stops once", async () => {
    const { address, gateway, node } = await startGateway(["echo"]);
    const slow = await node({ script: () => {} });
    const client = openSessionClient(address);
    client.name(1, "echo", "echo");
    client.send(1, ["a"]);
    await slow.frames.count("batch", 1);
    const stopping = Promise.all([gateway.stop(), gateway.stop()]);
    const [frame] = slow.frames.batches;
    if (frame !== undefined) slow.echo(frame);
    expect(await client.closed).toMatchObject({ reason: "GATEWAY_STOPPING" });
    expect([...outcomesOf(client, 1).values()]).toEqual(["a"]);
    await stopping;
    const late = new Client(address, credentials.createInsecure());
    onTestFinished(() => late.close());
    await expect(openSessionClient(address).closed).resolves.toMatchObject({ reason: "CONNECTION_LOST" });
  });
});
