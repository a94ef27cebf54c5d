import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { sqliteError } from "../../src/store/sqlite-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What SQLite itself throws at each of these. */
const provoke: Record<string, (database: DatabaseSync, path: string) => void> = {
  STORE_FULL(database) {
    database.exec(
      "PRAGMA max_page_count = 3; CREATE TABLE t (value BLOB); INSERT INTO t VALUES (zeroblob(1000000))",
    );
  },
  DATA_LOCKED(database, path) {
    database.exec("BEGIN EXCLUSIVE");
    new DatabaseSync(path, { timeout: 0 }).exec("CREATE TABLE t (value BLOB)");
  },
  STORE_CORRUPT(_, path) {
    writeFileSync(path, "not a database ".repeat(100));
    new DatabaseSync(path).exec("SELECT * FROM sqlite_schema");
  },
  INTERNAL(database) {
    database.exec("SELECT * FROM nothing");
  },
};

describe("sqliteError", () => {
  it.each(Object.entries(provoke))("says %s, naming the file and what to do", (reason, act) => {
    const path = join(temporaryFolder(), "store.db");
    let caught: unknown;
    try {
      act(new DatabaseSync(path), path);
    } catch (error) {
      caught = error;
    }
    expect(caught).toHaveProperty("errcode");
    expect(sqliteError(caught, path)).toMatchObject({
      reason,
      rawMessage: expect.stringMatching(/^the database .*store\.db: .+; .+/),
      cause: caught,
    });
  });

  it("keeps a HeddleError and takes anything else for INTERNAL", () => {
    const own = new HeddleError("CONFLICT", "someone else was first");
    expect(sqliteError(own, "store.db")).toBe(own);
    expect(sqliteError("odd", "store.db")).toMatchObject({ reason: "INTERNAL" });
  });
});
