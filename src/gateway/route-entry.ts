/** A route as it stands in the store, as JSON. The first three keys are all that Heddle wrote before there were versions. */
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import type { Route, Trial, VersionEntry } from "./route.ts";

/** The bytes of a route. */
export function writeRoute(route: Route): Uint8Array {
  const serving = route.versions.find(({ digest }) => digest === route.serving);
  return Buffer.from(JSON.stringify({ ...serving, ...route }));
}

/** Reads what `writeRoute` wrote, now or in an earlier release. Throws STORE_CORRUPT. */
export function readRoute(value: Uint8Array): Route {
  const entry = objectOf(parse(value));
  const first = versionOf(entry);
  if (entry["versions"] === undefined)
    return { serving: first.digest, trial: undefined, history: [], versions: [first] };
  const versions = listOf(entry["versions"]).map((item) => versionOf(objectOf(item)));
  const known = new Set(versions.map(({ digest }) => digest));
  const serving = digestOf(entry["serving"]);
  const trial = entry["trial"] === undefined ? undefined : trialOf(objectOf(entry["trial"]));
  const history = listOf(entry["history"]).map(digestOf);
  const named = [serving, ...history, ...(trial === undefined ? [] : [trial.digest])];
  if (known.size !== versions.length || !named.every((digest) => known.has(digest))) throw unreadable();
  return { serving, trial, history, versions };
}

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString());
  } catch {
    throw unreadable(); // what the parser says of a damaged entry helps nobody
  }
}

type Entry = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Entry {
  if (typeof value !== "object" || value === null) throw unreadable();
  return value as Entry; // an object, by the check above
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable();
  return value;
}

function digestOf(value: unknown): KernelDigest {
  const digest = typeof value === "string" ? toKernelDigest(value) : undefined;
  if (digest === undefined) throw unreadable();
  return digest;
}

function versionOf(entry: Entry): VersionEntry {
  const { size, deployedAtMs } = entry;
  if (typeof size !== "number" || typeof deployedAtMs !== "number") throw unreadable();
  return { digest: digestOf(entry["digest"]), size, deployedAtMs };
}

function trialOf(entry: Entry): Trial {
  const { kind, percent } = entry;
  if ((kind !== "canary" && kind !== "shadow") || typeof percent !== "number") throw unreadable();
  return { kind, digest: digestOf(entry["digest"]), percent };
}

function unreadable(): HeddleError {
  return new HeddleError(
    "STORE_CORRUPT",
    "the store holds a kernel entry that cannot be read; deploy it again",
  );
}
