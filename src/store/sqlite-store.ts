import { HeddleError } from "../base/error.ts";
import { createLifecycle } from "../base/lifecycle.ts";
import { limits } from "../base/limits.ts";
import { CallQueue } from "./call-queue.ts";
import { checkRunning } from "./check-running.ts";
import type { StoreCall, StoreReply } from "./sqlite-database.ts";
import { checkKey, checkPrefix, checkValue } from "./store-key.ts";
import type { Expected, Store, StoreChange, StoreEntry } from "./store.ts";
import { ThreadHost } from "./thread-host.ts";
import { WatchHub, type Snapshot } from "./watch-hub.ts";

/**
 * A store in one SQLite file that this process holds alone. Its start rejects with DATA_LOCKED, STORE_CORRUPT or
 * VERSION_SKEW; its calls also with STORE_FULL and QUEUE_FULL.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  return new SqliteStore(options);
}

/** Where a SqliteStore lives. */
export interface SqliteStoreOptions {
  /** The database file; its folder must exist. Two files with the endings `-wal` and `-shm` may appear beside it. */
  readonly path: string;
}

/** The thread's file has another name in the package than in the sources. */
const threadEntry = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite-thread.ts" : "./sqlite-thread.js",
  import.meta.url,
);

class SqliteStore implements Store {
  readonly #thread: ThreadHost<readonly StoreCall[], StoreReply[]>;
  readonly #queue = new CallQueue<StoreCall, StoreReply>((calls) => this.#exchange(calls));
  readonly #hub = new WatchHub();
  readonly #life = createLifecycle([
    { start: () => this.#thread.start(), stop: () => this.#thread.stop() },
    { stop: () => this.#queue.idle() },
    { stop: () => this.#hub.close() },
  ]);

  constructor({ path }: SqliteStoreOptions) {
    this.#thread = new ThreadHost({ entry: threadEntry, name: "heddle-store", data: path });
  }

  start(): Promise<void> {
    return this.#life.start();
  }

  stop(): Promise<void> {
    return this.#life.stop();
  }

  async get(key: string): Promise<StoreEntry | undefined> {
    checkKey(key);
    const { entries } = await this.#read({ kind: "get", key });
    return entries[0];
  }

  async list(prefix: string): Promise<StoreEntry[]> {
    checkPrefix(prefix);
    const { entries } = await this.#read({ kind: "list", prefix });
    return [...entries];
  }

  async put(key: string, value: Uint8Array, expected: Expected): Promise<number> {
    checkKey(key);
    checkValue(key, value);
    // A copy: the caller may use its buffer again at once.
    return this.#write({ kind: "put", key, value: new Uint8Array(value), expected }, value.byteLength);
  }

  async delete(key: string, expected: Expected): Promise<number> {
    checkKey(key);
    return this.#write({ kind: "delete", key, expected }, 0);
  }

  async *watch(prefix: string, signal: AbortSignal): AsyncGenerator<StoreChange> {
    checkRunning(this.#life.state);
    checkPrefix(prefix);
    yield* this.#hub.watch(prefix, signal, () => this.#read({ kind: "list", prefix }));
  }

  async #read(call: StoreCall): Promise<Snapshot> {
    const reply = await this.#call(call, 0);
    if (reply.kind === "read") return reply;
    throw replyError(reply);
  }

  async #write(call: StoreCall, valueBytes: number): Promise<number> {
    const reply = await this.#call(call, valueBytes);
    if (reply.kind === "written") return reply.revision;
    throw replyError(reply);
  }

  async #call(call: StoreCall, valueBytes: number): Promise<StoreReply> {
    checkRunning(this.#life.state);
    return this.#queue.call(call, limits.storeCallBytes + valueBytes);
  }

  /** Batches come back one after the other, so the watches hear of the writes in revision order. */
  async #exchange(calls: readonly StoreCall[]): Promise<StoreReply[]> {
    const replies = await this.#thread.call(calls);
    replies.forEach((reply, index) => {
      const call = calls[index];
      if (reply.kind !== "written" || call === undefined) return;
      const { revision } = reply;
      if (call.kind === "put") {
        this.#hub.publish(call.key, { kind: "put", entry: { key: call.key, value: call.value, revision } });
      } else if (call.kind === "delete") {
        this.#hub.publish(call.key, { kind: "delete", key: call.key, revision });
      }
    });
    return replies;
  }
}

function replyError(reply: StoreReply): HeddleError {
  if (reply.kind === "failed") return new HeddleError(reply.reason, reply.text);
  return new HeddleError("INTERNAL", `the database answered a call with a reply of kind "${reply.kind}"`);
}
