/**
 * The embedded database, synchronous; it lives in a thread (`sqlite-thread.ts`).
 *
 * Calls come in batches and each batch is one transaction, so that calls made at the same time share one fsync. A
 * condition that does not hold fails its own call only; an error of the database undoes the whole batch. Nothing is
 * answered before the commit is on disk: write-ahead log with `synchronous=FULL`, which is one fsync a commit. The file
 * is held exclusively, so that no write ever passes by the watches of the process that owns it.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { HeddleError } from "../base/error.ts";
import { fileError } from "./file-error.ts";
import { createPrivateFile } from "./private-file.ts";
import { checkExpected } from "./store-key.ts";
import { sqliteError } from "./sqlite-error.ts";
import type { Expected, StoreEntry } from "./store.ts";

/** Opens the database file, made with mode 0600 when it is not there. Throws DATA_LOCKED, STORE_CORRUPT, VERSION_SKEW. */
export class SqliteDatabase {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  #revision: number;

  constructor(path: string) {
    this.#path = path;
    try {
      createPrivateFile(path);
    } catch (error) {
      throw fileError(error, `making the database ${path}`);
    }
    try {
      this.#database = new DatabaseSync(path, { timeout: 0 });
      claim(this.#database, path);
      this.#statements = prepare(this.#database);
      this.#revision = readRevision(this.#statements, path);
    } catch (error) {
      throw sqliteError(error, path);
    }
  }

  /** One reply for each call, in order. Never throws. */
  answer(calls: readonly StoreCall[]): StoreReply[] {
    const before = this.#revision;
    try {
      this.#database.exec("BEGIN");
      const replies = calls.map((call) => this.#perform(call));
      if (this.#revision !== before) this.#statements.writeRevision.run(this.#revision);
      this.#database.exec("COMMIT");
      return replies;
    } catch (error) {
      this.#revision = before;
      const failed = failedReply(sqliteError(error, this.#path));
      this.#rollBack();
      return calls.map(() => failed);
    }
  }

  close(): void {
    this.#database.close();
  }

  #perform(call: StoreCall): StoreReply {
    switch (call.kind) {
      case "get":
        return {
          kind: "read",
          entries: entriesOf(this.#statements.get.all(call.key)),
          revision: this.#revision,
        };
      case "list":
        return { kind: "read", entries: this.#list(call.prefix), revision: this.#revision };
      case "put":
        return this.#write(call, (revision) => void this.#statements.put.run(call.key, call.value, revision));
      case "delete":
        return this.#write(call, () => void this.#statements.delete.run(call.key));
      default:
        return call satisfies never;
    }
  }

  #list(prefix: string): StoreEntry[] {
    if (prefix === "") return entriesOf(this.#statements.listAll.all());
    // "/" is the character after ".", so this range holds every key that starts with the prefix and a dot.
    return entriesOf(this.#statements.list.all(prefix, `${prefix}.`, `${prefix}/`));
  }

  #write(call: StoreWrite, write: (revision: number) => void): StoreReply {
    const found = this.#statements.revisionOf.get(call.key);
    try {
      checkExpected(call.key, call.expected, found === undefined ? undefined : Number(found["revision"]));
    } catch (error) {
      return failedReply(HeddleError.from(error));
    }
    this.#revision += 1;
    write(this.#revision);
    return { kind: "written", revision: this.#revision };
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, as it does after most errors of the disk; the first error is the one to tell.
    }
  }
}

/** A call of the store, as it travels to the thread. */
export type StoreCall =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "list"; readonly prefix: string }
  | StoreWrite;

/** A call that changes one key. */
export type StoreWrite =
  | { readonly kind: "put"; readonly key: string; readonly value: Uint8Array; readonly expected: Expected }
  | { readonly kind: "delete"; readonly key: string; readonly expected: Expected };

/** The answer to one call. `revision` of a read is that of the last write before it. */
export type StoreReply =
  | { readonly kind: "read"; readonly entries: readonly StoreEntry[]; readonly revision: number }
  | { readonly kind: "written"; readonly revision: number }
  | { readonly kind: "failed"; readonly reason: string; readonly text: string };

type Statements = ReturnType<typeof prepare>;

/** Marks the file as Heddle's: "hedl". */
const applicationId = 0x6865646c;
const schemaVersion = 1;
const schema = `
  CREATE TABLE entries (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, revision INTEGER NOT NULL) STRICT;
  CREATE TABLE counter (revision INTEGER NOT NULL) STRICT;
  INSERT INTO counter VALUES (0);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`;

/** Locks the file, checks that it is ours before anything is written to it, and makes the tables of a new one. */
function claim(database: DatabaseSync, path: string): void {
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const names = tables.map((table) => table["name"]).join(", ");
  const owner = Number(database.prepare("PRAGMA application_id").get()?.["application_id"]);
  if (names !== "" && owner !== applicationId) {
    throw new HeddleError("STORE_CORRUPT", `${path} is a database of another program; move it away`);
  }
  const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found > schemaVersion) {
    throw new HeddleError(
      "VERSION_SKEW",
      `${path} was written by a newer Heddle (schema ${found}, this one knows ${schemaVersion}); upgrade this one`,
    );
  }
  if (names !== "" && names !== "counter, entries") {
    throw new HeddleError(
      "STORE_CORRUPT",
      `${path} has the tables ${names} instead of counter, entries; restore it`,
    );
  }
  const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  if (mode !== "wal")
    throw new HeddleError("INTERNAL", `${path} cannot have a write-ahead log (mode ${mode})`);
  // fullfsync: on macOS a plain fsync leaves data in the drive's cache; elsewhere it changes nothing.
  database.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1");
  // An empty write takes the lock now, so that a second process learns of it at its start and not later.
  database.exec(names === "" ? `BEGIN IMMEDIATE; ${schema} COMMIT` : "BEGIN IMMEDIATE; COMMIT");
}

function readRevision(statements: Statements, path: string): number {
  const revision = statements.readRevision.get()?.["revision"];
  if (typeof revision === "number") return revision;
  throw new HeddleError(
    "STORE_CORRUPT",
    `${path} has lost the revision of its last write; restore it from a copy`,
  );
}

function prepare(database: DatabaseSync) {
  const statement = (sql: string): StatementSync => database.prepare(sql);
  return {
    get: statement("SELECT key, value, revision FROM entries WHERE key = ?"),
    list: statement(
      "SELECT key, value, revision FROM entries WHERE key = ? OR (key >= ? AND key < ?) ORDER BY key",
    ),
    listAll: statement("SELECT key, value, revision FROM entries ORDER BY key"),
    revisionOf: statement("SELECT revision FROM entries WHERE key = ?"),
    put: statement("INSERT OR REPLACE INTO entries (key, value, revision) VALUES (?, ?, ?)"),
    delete: statement("DELETE FROM entries WHERE key = ?"),
    readRevision: statement("SELECT revision FROM counter"),
    writeRevision: statement("UPDATE counter SET revision = ?"),
  };
}

function entriesOf(rows: readonly Record<string, unknown>[]): StoreEntry[] {
  return rows.map((row) => ({
    key: String(row["key"]),
    value: row["value"] as Uint8Array, // the column is a BLOB NOT NULL of a STRICT table
    revision: Number(row["revision"]),
  }));
}

function failedReply(error: HeddleError): StoreReply {
  return { kind: "failed", reason: error.reason, text: error.rawMessage };
}
