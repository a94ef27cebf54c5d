import { describe, expect, it } from "vitest";
import { deleteKernel, deployKernel } from "../../src/rpc/clients.ts";
import { startGateway } from "../support/gateway-process.ts";
import { kernelModule } from "../support/kernels.ts";
import { openSessionClient, outcomesOf, type SessionClient } from "../support/session-client.ts";
import { digestOf, stampModule } from "../support/versions.ts";

const none = new Uint8Array(0);

async function setup() {
  const running = await startGateway();
  await running.node();
  const client = openSessionClient(running.address);
  const deploy = (wasm: Uint8Array, breaking = false) =>
    deployKernel(running.client, [{ header: { size: wasm.length, breaking } }, { data: Buffer.from(wasm) }]);
  const [one, two, other] = [await stampModule(1), await stampModule(2), await kernelModule("stamp_other")];
  await deploy(one);
  /** What the client was told: numbers of functions with the versions that answer. */
  const told = () =>
    client.results.frames.flatMap(({ kind, frame }) =>
      kind === "function" ? [[frame.number, Buffer.from(frame.digest).toString("hex")]] : [],
    );
  return { ...running, client, grpc: running.client, deploy, told, one, two, other };
}

/** The outcome of the only item of a batch. */
async function outcome(client: SessionClient, id: number, fn: number): Promise<string | undefined> {
  client.send(id, ["text"], { function: fn });
  await client.results.until(() => outcomesOf(client, id).size > 0);
  return outcomesOf(client, id).get(0);
}

const bytesOf = (wasm: Uint8Array): Uint8Array => Buffer.from(digestOf(wasm), "hex");

describe("SessionFunctions", () => {
  it("tells who encodes by a version that another serves, and then none", async () => {
    const { client, grpc, deploy, told, one, two } = await setup();
    client.name(1, "stamp", "stamp", none, bytesOf(one));
    client.name(2, "stamp", "toil");
    client.name(3, "stamp", "stamp", bytesOf(one), bytesOf(one));
    expect(await outcome(client, 1, 1)).toBe("text");
    await deploy(two);
    await deleteKernel(grpc, { name: "stamp" });
    await client.results.count("function", 2);
    expect(told()).toEqual([
      [1, digestOf(two)],
      [1, ""],
    ]);
  });

  it("tells at once who names a function by a version that does not serve any more", async () => {
    const { client, deploy, told, one, two } = await setup();
    await deploy(two);
    client.name(1, "stamp", "stamp", none, bytesOf(one));
    await client.results.count("function", 1);
    expect(told()).toEqual([[1, digestOf(two)]]);
  });

  it("refuses messages that the serving version reads otherwise, and no others", async () => {
    const { client, deploy, one, two, other } = await setup();
    client.name(1, "stamp", "stamp", none, bytesOf(one));
    client.name(2, "stamp", "stamp");
    client.name(3, "stamp", "stamp", bytesOf(one), bytesOf(one));
    client.name(4, "stamp", "stamp", none, Buffer.alloc(32, 7));
    await deploy(two);
    expect(await outcome(client, 1, 1)).toBe("text");
    await deploy(other, true);
    expect(await outcome(client, 2, 1)).toBe("INCOMPATIBLE");
    expect(await outcome(client, 3, 2)).toBe("text");
    expect(await outcome(client, 4, 3)).toBe("text");
    expect(await outcome(client, 5, 4)).toBe("INCOMPATIBLE");
    const messages = client.results.results.flatMap(({ errors }) => errors.map(({ message }) => message));
    expect(messages[0]).toMatch(
      /^the call of stamp\/stamp goes by version [0-9a-f]{12}, and version [0-9a-f]{12} serves now: field stamp\.StampRequest\.x \(1\) was int32 and is string now.*look the function up again$/,
    );
    expect(messages[1]).toContain("that version is not kept any more");
  });

  it("resolves for every batch anew", async () => {
    const { client, deploy, one, two } = await setup();
    client.name(1, "stamp", "stamp");
    expect(await outcome(client, 1, 1)).toBe("text");
    await deploy(two);
    expect(await outcome(client, 2, 1)).toBe("text");
    expect(digestOf(one)).not.toBe(digestOf(two));
  });

  it("lets go of numbers, whose late batches still run, and gives none twice", async () => {
    const { client } = await setup();
    client.name(1, "stamp", "stamp");
    client.name(1, "", "");
    expect(await outcome(client, 1, 1)).toBe("text");
    client.name(1, "stamp", "toil");
    const { reason } = await client.closed; // the end of the bulk stream may come before the reason
    expect(["PROTOCOL", "CONNECTION_LOST"]).toContain(reason);
  });
});
