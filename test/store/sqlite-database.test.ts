import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { SqliteDatabase } from "../../src/store/sqlite-database.ts";
import { createSqliteStore } from "../../src/store/sqlite-store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const setup = (): string => join(temporaryFolder(), "store.db");
const value = Uint8Array.of(1);
const put = (key: string) => ({ kind: "put", key, value, expected: "any" }) as const;

describe("SqliteDatabase", () => {
  it("makes files for its owner only", () => {
    const path = setup();
    const database = new SqliteDatabase(path);
    database.answer([put("a")]);
    const files = readdirSync(join(path, ".."));
    expect(files.toSorted()).toEqual(["store.db", "store.db-wal"]);
    for (const name of files) expect(statSync(join(path, "..", name)).mode & 0o777, name).toBe(0o600);
    database.close();
  });

  it("answers a batch in order, and a condition that does not hold fails its own call only", () => {
    const path = setup();
    const database = new SqliteDatabase(path);
    const replies = database.answer([
      put("a"),
      { kind: "put", key: "a", value, expected: "absent" },
      { kind: "get", key: "a" },
      { kind: "delete", key: "a", expected: { revision: 1 } },
      { kind: "list", prefix: "" },
    ]);
    expect(replies).toMatchObject([
      { kind: "written", revision: 1 },
      { kind: "failed", reason: "CONFLICT" },
      { kind: "read", entries: [{ key: "a", revision: 1 }], revision: 1 },
      { kind: "written", revision: 2 },
      { kind: "read", entries: [], revision: 2 },
    ]);
    database.close();
  });

  it("keeps entries and goes on with revisions after it was closed, also past deleted ones", () => {
    const path = setup();
    const first = new SqliteDatabase(path);
    first.answer([put("a"), put("b"), { kind: "delete", key: "b", expected: "any" }]);
    first.close();
    const second = new SqliteDatabase(path);
    expect(second.answer([{ kind: "list", prefix: "" }, put("c")])).toMatchObject([
      { entries: [{ key: "a", revision: 1 }], revision: 3 },
      { kind: "written", revision: 4 },
    ]);
    second.close();
  });

  it("undoes the whole batch when the database fails, and uses its revisions for the next", () => {
    const database = new SqliteDatabase(setup());
    database.answer([put("a")]);
    const broken = { ...put("b"), value: "text where bytes must be" as unknown as Uint8Array };
    const replies = database.answer([put("a"), broken, { kind: "get", key: "a" }]);
    expect(replies.map(({ kind }) => kind)).toEqual(["failed", "failed", "failed"]);
    expect(database.answer([{ kind: "get", key: "a" }, put("b")])).toMatchObject([
      { entries: [{ revision: 1 }] },
      { kind: "written", revision: 2 },
    ]);
    database.close();
  });
});

describe("createSqliteStore, with a file it cannot use", () => {
  it("refuses a file that another store holds", async () => {
    const path = setup();
    const holder = new SqliteDatabase(path);
    const store = createSqliteStore({ path });
    await expect(store.start()).rejects.toMatchObject({
      reason: "DATA_LOCKED",
      rawMessage: expect.stringContaining(path),
    });
    await store.stop();
    holder.close();
    const next = createSqliteStore({ path });
    await next.start();
    await next.stop();
  });

  it.each<[string, string, (path: string) => void]>([
    ["is no database", "STORE_CORRUPT", (path) => writeFileSync(path, "words ".repeat(1000))],
    ["belongs to another program", "STORE_CORRUPT", (path) => run(path, "CREATE TABLE songs (title TEXT)")],
    ["was written by a newer version", "VERSION_SKEW", (path) => runOnOurs(path, "PRAGMA user_version = 99")],
    ["has lost a table", "STORE_CORRUPT", (path) => runOnOurs(path, "DROP TABLE entries")],
    ["has lost its counter", "STORE_CORRUPT", (path) => runOnOurs(path, "DELETE FROM counter")],
  ])("refuses a file that %s, and does not touch it", async (_, reason, prepare) => {
    const path = setup();
    prepare(path);
    const before = readFileSync(path);
    const store = createSqliteStore({ path });
    await expect(store.start()).rejects.toMatchObject({ reason, rawMessage: expect.stringContaining(path) });
    await store.stop();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("says which folder is missing", async () => {
    const path = join(setup(), "store.db");
    const store = createSqliteStore({ path });
    await expect(store.start()).rejects.toMatchObject({
      reason: "INTERNAL",
      rawMessage: expect.stringContaining(path),
    });
    await store.stop();
  });
});

/** Runs SQL on the file as another program would. */
function run(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function runOnOurs(path: string, sql: string): void {
  new SqliteDatabase(path).close();
  run(path, sql);
}
