/**
 * Random calls on a store beside the plainest model there is, a Map. Watches are opened in between; at the end each
 * must have told `synced` once, revisions in order, and by what it told the state of the model.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { Expected, Store, StoreChange } from "../../src/store/store.ts";
import { collect } from "../support/iteration.ts";
import { testSeed } from "../support/seed.ts";

/** Runs sequences of random calls, each on a store of its own. */
export async function checkAgainstModel(create: () => Store | Promise<Store>): Promise<void> {
  const property = fc.asyncProperty(sequence, async (calls) => {
    const store = await create();
    await store.start();
    try {
      await compare(store, calls);
    } finally {
      await store.stop();
    }
  });
  await fc.assert(property, { seed: testSeed, numRuns: 40 });
}

async function compare(store: Store, calls: readonly Call[]): Promise<void> {
  const model: Model = new Map();
  const stop = new AbortController();
  const watches: Watch[] = [];
  for (const call of calls) {
    if (call.kind === "get") {
      expect(await store.get(call.key)).toEqual(model.get(call.key));
    } else if (call.kind === "list") {
      expect(await store.list(call.prefix)).toEqual(below(model, call.prefix));
    } else if (call.kind === "watch") {
      const told: StoreChange[] = [];
      const ended = collect(store.watch(call.prefix, stop.signal), told);
      watches.push({ prefix: call.prefix, told, ended });
    } else {
      await writeBoth(store, model, call);
    }
  }
  await writeMarkers(store, model);
  for (const watch of watches) await untilMarked(watch);
  stop.abort();
  for (const { prefix, told, ended } of watches) {
    await ended;
    checkTold(told, below(model, prefix));
  }
}

/** Performs the write on both, if the model says that it holds, and expects CONFLICT from the store otherwise. */
async function writeBoth(store: Store, model: Model, call: Write): Promise<void> {
  const found = model.get(call.key)?.revision;
  const expected = conditionOf(call.condition, found);
  const holds = expected === "any" || found === (expected === "absent" ? undefined : expected.revision);
  const writing =
    call.kind === "put" ? store.put(call.key, call.value, expected) : store.delete(call.key, expected);
  if (!holds) {
    await expect(writing).rejects.toMatchObject({ reason: "CONFLICT" });
    return;
  }
  const revision = await writing;
  for (const entry of model.values()) expect(revision).toBeGreaterThan(entry.revision);
  if (call.kind === "put") model.set(call.key, { key: call.key, value: call.value, revision });
  else model.delete(call.key);
}

/** A last write below each prefix, the widest prefix last, so that a watch that has told its own has told all. */
async function writeMarkers(store: Store, model: Model): Promise<void> {
  for (const prefix of prefixes.toReversed()) {
    const value = Uint8Array.of(1);
    await writeBoth(store, model, { kind: "put", key: markerOf(prefix), value, condition: "any" });
  }
  expect(await store.list("")).toEqual(below(model, ""));
}

/** Waits, turn by turn of the event loop, until the watch has told the marker. */
async function untilMarked({ prefix, told }: Watch): Promise<void> {
  const marker = markerOf(prefix);
  const marked = (): boolean => told.some((change) => change.kind === "put" && change.entry.key === marker);
  while (!(marked() && told.some(({ kind }) => kind === "synced"))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function checkTold(told: readonly StoreChange[], final: readonly Entry[]): void {
  const synced = told.findIndex(({ kind }) => kind === "synced");
  expect(told.filter(({ kind }) => kind === "synced")).toHaveLength(1);
  expect(told.slice(0, synced).every(({ kind }) => kind === "put")).toBe(true);
  const state: Model = new Map();
  const revisions: number[] = [];
  for (const [index, change] of told.entries()) {
    if (change.kind === "synced") continue;
    const { key, revision } = change.kind === "put" ? change.entry : change;
    if (index > synced) revisions.push(revision);
    if (change.kind === "put") state.set(key, change.entry);
    else state.delete(key);
  }
  expect(revisions).toEqual([...new Set(revisions)].toSorted((left, right) => left - right));
  expect(below(state, "")).toEqual(final);
}

type Condition = "any" | "absent" | "current" | "older";
type Write =
  | {
      readonly kind: "put";
      readonly key: string;
      readonly value: Uint8Array;
      readonly condition: Condition;
    }
  | { readonly kind: "delete"; readonly key: string; readonly condition: Condition };
type Call =
  | Write
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "list"; readonly prefix: string }
  | { readonly kind: "watch"; readonly prefix: string };

interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}
type Model = Map<string, Entry>;

interface Watch {
  readonly prefix: string;
  readonly told: readonly StoreChange[];
  readonly ended: Promise<unknown>;
}

/** From wide to narrow. */
const prefixes = ["", "a-a", "b", "a", "a.a"];
const key = fc.constantFrom("a", "b", "a.a", "a.b", "a.a.a", "a-a", "b.a");
const prefix = fc.constantFrom(...prefixes);
const condition = fc.constantFrom<Condition[]>("any", "any", "absent", "current", "older");
const value = fc.uint8Array({ maxLength: 4 });
const sequence: fc.Arbitrary<Call[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("put" as const), key, value, condition }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), key, condition }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("get" as const), key }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("list" as const), prefix }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("watch" as const), prefix }) },
  ),
  { maxLength: 60 },
);

function conditionOf(wanted: Condition, found: number | undefined): Expected {
  if (wanted === "any" || wanted === "absent") return wanted;
  return { revision: wanted === "current" ? (found ?? 1) : (found ?? 2) - 1 };
}

function markerOf(wanted: string): string {
  return wanted === "" ? "marker" : `${wanted}.marker`;
}

function below(model: Model, wanted: string): Entry[] {
  return [...model.values()]
    .filter((entry) => wanted === "" || entry.key === wanted || entry.key.startsWith(`${wanted}.`))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
}
