/** What a watch of every implementation of `Store` must show; a part of `describeStore`. */
import { expect, it } from "vitest";
import type { Store, StoreChange } from "../../src/store/store.ts";
import { collect, next, take } from "../support/iteration.ts";

/** Describes the watches of the stores that `setup` gives: each call a new, empty, started one. */
export function describeWatch(setup: () => Promise<Store>): void {
  const later = new AbortController().signal;

  it("tells the present entries, synced, and then every change in order", async () => {
    const store = await setup();
    await store.put("a.1", bytes(1), "any");
    await store.put("b.1", bytes(1), "any");
    const changes = store.watch("a", later)[Symbol.asyncIterator]();
    expect(await next(changes)).toMatchObject({ kind: "put", entry: { key: "a.1", value: bytes(1) } });
    expect(await next(changes)).toEqual({ kind: "synced" });
    await store.put("b.2", bytes(2), "any");
    const put = await store.put("a.2", bytes(2), "any");
    expect(await next(changes)).toEqual({
      kind: "put",
      entry: { key: "a.2", value: bytes(2), revision: put },
    });
    const deleted = await store.delete("a.1", "any");
    expect(await next(changes)).toEqual({ kind: "delete", key: "a.1", revision: deleted });
    const waiting = next(changes);
    await store.put("a", bytes(3), "any");
    expect(await waiting).toMatchObject({ entry: { key: "a", value: bytes(3) } });
    await changes.return?.();
  });

  it("begins with synced when nothing is there, and hears of a refused write never", async () => {
    const store = await setup();
    const changes = store.watch("", later)[Symbol.asyncIterator]();
    expect(await next(changes)).toEqual({ kind: "synced" });
    await store.put("a", bytes(1), "absent");
    await store.put("a", bytes(2), "absent").catch(() => undefined);
    await store.put("b", bytes(3), "absent");
    expect([await next(changes), await next(changes)]).toMatchObject([
      { entry: { key: "a", value: bytes(1) } },
      { entry: { key: "b" } },
    ]);
    await changes.return?.();
  });

  it("ends without an error when the signal aborts: before, while it waits, and between entries", async () => {
    const store = await setup();
    await store.put("a", bytes(1), "any");
    await store.put("b", bytes(1), "any");
    expect(await collect(store.watch("", AbortSignal.abort()))).toEqual([]);
    const waiting = new AbortController();
    const seen: StoreChange[] = [];
    for await (const change of store.watch("", waiting.signal)) {
      seen.push(change);
      if (change.kind === "synced") setImmediate(() => waiting.abort());
    }
    expect(seen).toHaveLength(3);
    const between = new AbortController();
    for await (const change of store.watch("", between.signal)) {
      seen.push(change);
      between.abort();
    }
    expect(seen).toHaveLength(4);
  });

  it("ends without an error when the store stops", async () => {
    const store = await setup();
    const [early, waiting] = [store.watch("", later), store.watch("", later)[Symbol.asyncIterator]()];
    expect(await next(waiting)).toEqual({ kind: "synced" });
    const [ending, starting] = [waiting.next(), collect(early)];
    await store.stop();
    expect((await ending).done).toBe(true);
    expect((await starting).filter(({ kind }) => kind !== "synced")).toEqual([]);
  });

  it("gives each of several watchers bytes of its own", async () => {
    const store = await setup();
    await store.put("a", bytes(9), "any");
    for (let round = 0; round < 2; round++) {
      const [first] = await take(store.watch("a", later), 1);
      expect(first).toMatchObject({ entry: { value: bytes(9) } });
      if (first?.kind === "put") first.entry.value.fill(0);
    }
  });
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
