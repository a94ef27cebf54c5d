import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { createSqliteStore } from "../../src/store/sqlite-store.ts";
import { startChild } from "../support/child.ts";
import { testSeed } from "../support/seed.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const rounds = 12;

describe("createSqliteStore, killed", () => {
  it("loses no acknowledged write to SIGKILL at random moments", async () => {
    const random = createSeededRandom(testSeed);
    const path = join(temporaryFolder(), "store.db");
    const acknowledged = new Map<number, number>();
    let next = 0;
    for (let round = 0; round < rounds; round++) {
      const writer = startChild("store-writer", path, `${next}`);
      const killAfter = 1 + Math.floor(random.next() * 400);
      let heard = 0;
      // The process is killed while it writes on; what it acknowledged until it died is read to the end.
      for await (const line of writer.lines) {
        const [number = Number.NaN, revision = Number.NaN] = line.split(" ").map(Number);
        acknowledged.set(number, revision);
        if (++heard === killAfter) writer.kill("SIGKILL");
      }
      await writer.closed;
      expect(heard).toBeGreaterThanOrEqual(killAfter);
      next = await checkAll(path, acknowledged);
    }
    expect(acknowledged.size).toBeGreaterThan(rounds);
  });
});

/** Every acknowledged write is there, whole and at its revision, and revisions go on. Gives the next free number. */
async function checkAll(path: string, acknowledged: ReadonlyMap<number, number>): Promise<number> {
  const store = createSqliteStore({ path });
  await store.start();
  const found = new Map((await store.list("k")).map((entry) => [Number(entry.key.slice(2)), entry]));
  for (const [number, revision] of acknowledged) {
    const entry = found.get(number);
    const what = `write ${number} at revision ${revision}, HEDDLE_SEED=${testSeed}`;
    expect(entry?.revision, what).toBe(revision);
    expect(Buffer.from(entry?.value ?? []).toString(), what).toBe(`value of ${number}`);
  }
  const revisions = [...found.values()].map((entry) => entry.revision);
  expect(new Set(revisions).size).toBe(found.size);
  expect(await store.put("probe", Uint8Array.of(1), "any")).toBeGreaterThan(Math.max(...revisions));
  await store.stop();
  return Math.max(...found.keys()) + 1;
}
