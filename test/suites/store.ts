/** What every implementation of `Store` must show; each calls this with a way to make a fresh one. */
import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import type { Store } from "../../src/store/store.ts";
import { take } from "../support/iteration.ts";
import { checkAgainstModel } from "./store-model.ts";
import { describeWatch } from "./store-watch.ts";

/** Describes the behaviour of the stores that `create` makes: each call gives a new, empty, not yet started one. */
export function describeStore(name: string, create: () => Store | Promise<Store>): void {
  const stores: Store[] = [];
  const setup = async (): Promise<Store> => {
    const store = await create();
    stores.push(store);
    await store.start();
    return store;
  };
  const later = new AbortController().signal;

  describe(name, () => {
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.stop();
    });

    describe("get and put", () => {
      it("gives back what was put, byte for byte, with its revision", async () => {
        const store = await setup();
        const value = Uint8Array.from({ length: 256 }, (_, index) => index);
        const revision = await store.put("kernels.linalg", value, "any");
        expect(revision).toBe(1);
        expect(await store.get("kernels.linalg")).toEqual({ key: "kernels.linalg", value, revision });
        expect(await store.get("kernels.other")).toBeUndefined();
      });

      it("takes an empty value", async () => {
        const store = await setup();
        await store.put("a", bytes(), "any");
        expect((await store.get("a"))?.value).toEqual(bytes());
      });

      it("is not changed by a caller who writes into a buffer afterwards", async () => {
        const store = await setup();
        const pool = Buffer.from("xxvaluexx");
        const putting = store.put("a", pool.subarray(2, 7), "any");
        pool.fill(0);
        await putting;
        const first = await store.get("a");
        expect(Buffer.from(first?.value ?? []).toString()).toBe("value");
        first?.value.fill(0);
        (await store.list("a"))[0]?.value.fill(0);
        expect(Buffer.from((await store.get("a"))?.value ?? []).toString()).toBe("value");
      });

      it("gives every write a higher revision, and deletes too", async () => {
        const store = await setup();
        const revisions = [
          await store.put("a", bytes(1), "any"),
          await store.put("b", bytes(2), "any"),
          await store.delete("b", "any"),
          await store.delete("never.there", "any"),
          await store.put("a", bytes(3), "any"),
        ];
        expect(revisions).toEqual([...new Set(revisions)].toSorted((left, right) => left - right));
        expect((await store.get("a"))?.revision).toBe(revisions[4]);
      });

      it("performs calls made at the same time in their order", async () => {
        const store = await setup();
        const revisions = await Promise.all(
          Array.from({ length: 200 }, (_, index) => store.put("a", bytes(index), "any")),
        );
        expect(revisions).toEqual(revisions.toSorted((left, right) => left - right));
        expect((await store.get("a"))?.value).toEqual(bytes(199));
      });
    });

    describe("conditions", () => {
      it("puts what should be absent once", async () => {
        const store = await setup();
        const revision = await store.put("a", bytes(1), "absent");
        await expect(store.put("a", bytes(2), "absent")).rejects.toMatchObject({ reason: "CONFLICT" });
        expect(await store.get("a")).toEqual({ key: "a", value: bytes(1), revision });
      });

      it("puts and deletes at exactly the revision that was read", async () => {
        const store = await setup();
        const first = await store.put("a", bytes(1), "any");
        const second = await store.put("a", bytes(2), { revision: first });
        await expect(store.put("a", bytes(3), { revision: first })).rejects.toMatchObject({
          reason: "CONFLICT",
          rawMessage: expect.stringContaining(
            `"a" is at revision ${second} but should be at revision ${first}`,
          ),
        });
        await expect(store.delete("a", { revision: first })).rejects.toMatchObject({ reason: "CONFLICT" });
        expect((await store.get("a"))?.value).toEqual(bytes(2));
        await store.delete("a", { revision: second });
        expect(await store.get("a")).toBeUndefined();
      });

      it("takes a deleted key for absent, at no revision", async () => {
        const store = await setup();
        const revision = await store.put("a", bytes(1), "any");
        const deleted = await store.delete("a", "any");
        for (const expected of [{ revision }, { revision: deleted }]) {
          await expect(store.put("a", bytes(2), expected)).rejects.toMatchObject({ reason: "CONFLICT" });
        }
        await expect(store.delete("a", { revision })).rejects.toMatchObject({ reason: "CONFLICT" });
        await store.put("a", bytes(3), "absent");
        expect((await store.get("a"))?.value).toEqual(bytes(3));
      });

      it("lets exactly one of many writers win, and the others' other calls succeed", async () => {
        const store = await setup();
        const calls = Array.from({ length: 20 }, (_, index) => [
          store.put("lock", bytes(index), "absent"),
          store.put(`own.${index}`, bytes(index), "absent"),
        ]);
        const outcomes = await Promise.allSettled(calls.flat());
        expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(19);
        expect((await store.get("lock"))?.value).toEqual(bytes(0));
        expect(await store.list("own")).toHaveLength(20);
      });
    });

    describe("list", () => {
      it("gives the prefix and what lies below it by whole segments, in order of the key", async () => {
        const store = await setup();
        for (const key of ["a.c", "a", "ab", "a-b", "a.b.c", "A.b", "b", "a.B", "a_b", "a0"]) {
          await store.put(key, bytes(0), "any");
        }
        expect(keysOf(await store.list("a"))).toEqual(["a", "a.B", "a.b.c", "a.c"]);
        expect(keysOf(await store.list("a.b"))).toEqual(["a.b.c"]);
        expect(keysOf(await store.list("nothing"))).toEqual([]);
        expect(keysOf(await store.list(""))).toEqual(keysOf(await store.list("")).toSorted());
        expect(await store.list("")).toHaveLength(10);
      });
    });

    describe("bad input", () => {
      const long = "k".repeat(limits.storeKeyMaxChars);
      const bad = [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a/b",
        "ä",
        "a*",
        "a\n",
        "a\0",
        `${long}k`,
        "__proto__.",
      ];

      it.each(bad)("refuses %j as a key everywhere", async (key) => {
        const store = await setup();
        const refused = { reason: "BAD_REQUEST" };
        await expect(store.get(key)).rejects.toMatchObject(refused);
        await expect(store.put(key, bytes(1), "any")).rejects.toMatchObject(refused);
        await expect(store.delete(key, "any")).rejects.toMatchObject(refused);
        if (key === "") return; // as a prefix it means everything
        await expect(store.list(key)).rejects.toMatchObject(refused);
        await expect(take(store.watch(key, later), 1)).rejects.toMatchObject(refused);
      });

      it.each([long, "__proto__", "constructor.toString", "-", "_.-.0"])("takes %j as a key", async (key) => {
        const store = await setup();
        await store.put(key, bytes(1), "absent");
        expect(keysOf(await store.list(key))).toEqual([key]);
      });

      it("takes a value of the largest size and refuses one byte more", async () => {
        const store = await setup();
        const largest = new Uint8Array(limits.storeValueMaxBytes).fill(7);
        await store.put("a", largest, "any");
        expect(Buffer.compare((await store.get("a"))?.value ?? bytes(0), largest)).toBe(0);
        const tooLarge = new Uint8Array(limits.storeValueMaxBytes + 1);
        await expect(store.put("a", tooLarge, "any")).rejects.toMatchObject({
          reason: "BAD_REQUEST",
          rawMessage: expect.stringContaining(`has ${tooLarge.length} bytes`),
        });
      });
    });

    describe("watch", () => describeWatch(setup));

    describe("start and stop", () => {
      it("may be stopped before its start and more than once", async () => {
        const store = await create();
        await store.stop();
        await store.stop();
        await expect(store.start()).rejects.toMatchObject({ reason: "CANCELLED" });
      });

      it("refuses calls before its start and after its stop", async () => {
        const store = await create();
        await expect(store.get("a")).rejects.toMatchObject({ reason: "INTERNAL" });
        await store.start();
        await store.stop();
        for (const call of [
          () => store.get("a"),
          () => store.list(""),
          () => store.put("a", bytes(1), "any"),
          () => store.delete("a", "any"),
          () => take(store.watch("", later), 1),
        ]) {
          await expect(call()).rejects.toMatchObject({ reason: "GATEWAY_STOPPING" });
        }
      });

      it("settles the calls that were made before it is stopped", async () => {
        const store = await create();
        await store.start();
        const calls = Array.from({ length: 50 }, (_, index) => store.put(`k.${index}`, bytes(index), "any"));
        await store.stop();
        expect(new Set(await Promise.all(calls)).size).toBe(50);
      });
    });

    it("answers random calls as a plain map would, and tells watches every final state", async () => {
      await checkAgainstModel(create);
    });
  });
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const keysOf = (entries: readonly { readonly key: string }[]): string[] => entries.map((entry) => entry.key);
