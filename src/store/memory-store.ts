import { createLifecycle } from "../base/lifecycle.ts";
import { checkRunning } from "./check-running.ts";
import { checkExpected, checkKey, checkPrefix, checkValue, isBelow } from "./store-key.ts";
import type { Expected, Store, StoreChange, StoreEntry } from "./store.ts";
import { WatchHub, copyOf, type Snapshot } from "./watch-hub.ts";

/** A store that lasts as long as the process: for tests and for fabrics that need not remember. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #entries = new Map<string, StoreEntry>();
  readonly #hub = new WatchHub();
  readonly #life = createLifecycle([{ stop: () => this.#hub.close() }]);
  #revision = 0;

  start(): Promise<void> {
    return this.#life.start();
  }

  stop(): Promise<void> {
    return this.#life.stop();
  }

  async get(key: string): Promise<StoreEntry | undefined> {
    checkRunning(this.#life.state);
    checkKey(key);
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : copyOf(entry);
  }

  async list(prefix: string): Promise<StoreEntry[]> {
    checkRunning(this.#life.state);
    checkPrefix(prefix);
    return this.#below(prefix).map(copyOf);
  }

  async put(key: string, value: Uint8Array, expected: Expected): Promise<number> {
    checkRunning(this.#life.state);
    checkKey(key);
    checkValue(key, value);
    checkExpected(key, expected, this.#entries.get(key)?.revision);
    const entry = copyOf({ key, value, revision: ++this.#revision });
    this.#entries.set(key, entry);
    this.#hub.publish(key, { kind: "put", entry });
    return entry.revision;
  }

  async delete(key: string, expected: Expected): Promise<number> {
    checkRunning(this.#life.state);
    checkKey(key);
    checkExpected(key, expected, this.#entries.get(key)?.revision);
    const revision = ++this.#revision;
    this.#entries.delete(key);
    this.#hub.publish(key, { kind: "delete", key, revision });
    return revision;
  }

  async *watch(prefix: string, signal: AbortSignal): AsyncGenerator<StoreChange> {
    checkRunning(this.#life.state);
    checkPrefix(prefix);
    yield* this.#hub.watch(prefix, signal, () => Promise.resolve(this.#snapshot(prefix)));
  }

  #below(prefix: string): StoreEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => isBelow(entry.key, prefix))
      .sort((left, right) => (left.key < right.key ? -1 : 1));
  }

  #snapshot(prefix: string): Snapshot {
    return { entries: this.#below(prefix), revision: this.#revision };
  }
}
