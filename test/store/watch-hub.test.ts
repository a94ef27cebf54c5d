import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { StoreChange, StoreEntry } from "../../src/store/store.ts";
import { WatchHub, type Snapshot } from "../../src/store/watch-hub.ts";
import { collect, next } from "../support/iteration.ts";

const entry = (key: string, revision: number): StoreEntry => ({
  key,
  value: Uint8Array.of(revision),
  revision,
});
const put = (hub: WatchHub, key: string, revision: number): void =>
  hub.publish(key, { kind: "put", entry: entry(key, revision) });
const nothing: Snapshot = { entries: [], revision: 0 };

/** A watch that has told `synced`, on a hub that keeps at most four keys. */
async function setup(prefix = "") {
  const hub = new WatchHub(4);
  const abort = new AbortController();
  const changes = hub.watch(prefix, abort.signal, () => Promise.resolve(nothing));
  expect(await next(changes)).toEqual({ kind: "synced" });
  return { hub, abort, changes };
}

/** What the next `count` items of a watch say, in short. */
async function told(changes: AsyncIterator<StoreChange>, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const change = await next(changes);
    if (change.kind === "put") lines.push(`put ${change.entry.key} ${change.entry.revision}`);
    else if (change.kind === "delete") lines.push(`delete ${change.key} ${change.revision}`);
    else lines.push(change.kind);
  }
  return lines;
}

describe("WatchHub", () => {
  it("loses nothing that is written while the snapshot is read, and tells nothing twice", async () => {
    const hub = new WatchHub();
    const snapshot = Promise.withResolvers<Snapshot>();
    const changes = hub.watch("a", new AbortController().signal, () => snapshot.promise);
    const first = told(changes, 3);
    put(hub, "a.1", 1);
    put(hub, "a.2", 2);
    put(hub, "a.3", 3);
    snapshot.resolve({ entries: [entry("a.1", 1), entry("a.2", 2)], revision: 2 });
    expect(await first).toEqual(["put a.1 1", "put a.2 2", "synced"]);
    put(hub, "a.4", 4);
    expect(await told(changes, 2)).toEqual(["put a.3 3", "put a.4 4"]);
  });

  it("tells a slow reader each key once, with its last change, in revision order", async () => {
    const { hub, changes } = await setup();
    put(hub, "a", 1);
    put(hub, "b", 2);
    put(hub, "a", 3);
    hub.publish("b", { kind: "delete", key: "b", revision: 4 });
    put(hub, "c", 5);
    put(hub, "a", 6);
    expect(await told(changes, 3)).toEqual(["delete b 4", "put c 5", "put a 6"]);
  });

  it("tells only what lies below the prefix", async () => {
    const { hub, changes } = await setup("a");
    for (const [index, key] of ["ab", "b.a", "a-b.a", "a.b"].entries()) put(hub, key, index + 1);
    expect(await told(changes, 1)).toEqual(["put a.b 4"]);
  });

  it("ends the watch of a reader that falls too far behind, and only that one", async () => {
    const { hub, changes } = await setup();
    const other = hub.watch("k.0", new AbortController().signal, () => Promise.resolve(nothing));
    await next(other);
    for (let index = 0; index < 5; index++) put(hub, `k.${index}`, index + 1);
    await expect(next(changes)).rejects.toMatchObject({ reason: "WATCH_BEHIND" });
    expect(await told(other, 1)).toEqual(["put k.0 1"]);
  });

  it("keeps a reader that writes often to few keys", async () => {
    const { hub, changes } = await setup();
    for (let revision = 1; revision <= 1000; revision++) put(hub, `k.${revision % 4}`, revision);
    expect(await told(changes, 4)).toEqual(["put k.1 997", "put k.2 998", "put k.3 999", "put k.0 1000"]);
  });

  it("tells the error of a snapshot that cannot be read, but ends quietly when it was closed meanwhile", async () => {
    const hub = new WatchHub();
    const { signal } = new AbortController();
    const broken = (): Promise<Snapshot> => Promise.reject(new Error("no disk"));
    await expect(collect(hub.watch("", signal, broken))).rejects.toThrow("no disk");
    const snapshot = Promise.withResolvers<Snapshot>();
    const closing = collect(hub.watch("", signal, () => snapshot.promise));
    hub.close();
    snapshot.reject(new Error("closed"));
    expect(await closing).toEqual([]);
    expect(await collect(hub.watch("", signal, broken))).toEqual([]);
  });

  it("leaves no listener and no watcher behind, however the watch ends", async () => {
    const { hub, abort, changes } = await setup();
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(1);
    await changes.return(undefined);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
    const waiting = hub.watch("", abort.signal, () => Promise.resolve(nothing));
    await next(waiting);
    const ending = waiting.next();
    abort.abort();
    expect((await ending).done).toBe(true);
    expect(hub.watching).toBe(0);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });
});
