/** Deploys under load: no call fails, and every result comes from exactly one version. */
import { Client, credentials } from "@grpc/grpc-js";
import { expect, it, onTestFinished } from "vitest";
import { startCluster } from "../support/cluster.ts";
import { stampModule, versionOf, type Stamped } from "../support/versions.ts";

const redeploys = 10;

it("fails no call under ten redeploys, and mixes no versions", { timeout: 120_000 }, async () => {
  const cluster = await startCluster({ nodes: 2 });
  const { fabric } = cluster;
  const author = await cluster.connect();
  await author.admin.deploy(await stampModule(1));
  let over = false;

  /** A map over as many inputs as there is time for; gives the versions that answered, with their counts. */
  const map = async (): Promise<Map<number, number>> => {
    function* inputs() {
      for (let x = 0; !over; x++) yield { x, rounds: 20_000 };
    }
    const versions = new Map<number, number>();
    let index = 0;
    for await (const { value } of fabric.map<Stamped>("stamp/toil", inputs(), { concurrency: 64 })) {
      if (value === undefined) continue;
      const version = versionOf(value, index++);
      versions.set(version, (versions.get(version) ?? 0) + 1);
    }
    return versions;
  };

  /** Calls one after another through the SDK. */
  const invokes = async (versions: Set<number>): Promise<number> => {
    let calls = 0;
    for (; !over; calls++)
      versions.add(versionOf(await fabric.invoke<Stamped>("stamp/stamp", { x: calls }), calls));
    return calls;
  };

  /** Calls of the native method through a plain client; every answer is a response of a few bytes. */
  const stock = new Client(cluster.grpc, credentials.createInsecure());
  onTestFinished(() => stock.close());
  const native = async (): Promise<number> => {
    let calls = 0;
    const plain = (bytes: Buffer): Buffer => bytes;
    for (; !over; calls++) {
      await new Promise<void>((resolve, reject) => {
        stock.makeUnaryRequest(
          "/stamp.StampService/Stamp",
          plain,
          plain,
          Buffer.of(8, 1),
          (error, answer) => {
            if (error !== null || answer === undefined) reject(error ?? new Error("no answer"));
            else resolve();
          },
        );
      });
    }
    return calls;
  };

  const versions = new Set<number>();
  const load = Promise.all([map(), invokes(versions), invokes(versions), native()]);
  load.catch(() => (over = true));
  try {
    for (let number = 2; number <= redeploys + 1 && !over; number++) {
      const { pendingNodes } = await author.admin.deploy(await stampModule(number));
      expect(pendingNodes).toEqual([]);
      // The pointer has moved, so a call that begins now goes to the new version.
      expect(versionOf(await fabric.invoke<Stamped>("stamp/stamp", { x: 7 }), 7)).toBe(number);
    }
  } finally {
    over = true;
  }
  const [mapped, ...calls] = await load;
  expect([...mapped.keys()]).toEqual([1]);
  expect(mapped.get(1)).toBeGreaterThan(100);
  for (const count of calls) expect(count).toBeGreaterThan(redeploys);
  expect(versions.size).toBeGreaterThan(redeploys / 2);
});
