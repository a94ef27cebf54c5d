/** A CPU profile of V8, summed up: who had the processor, by function and by origin. */
import { fileURLToPath } from "node:url";
import { table } from "../../src/cli/output.ts";

/** The parts of a `.cpuprofile` that are read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Ids of nodes that were found on top of the stack. */
  readonly samples?: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[];
  /** Microseconds of the machine's monotonic clock. */
  readonly startTime: number;
}

/** What one thread did. */
export interface ProfileSummary {
  readonly totalMs: number;
  /** Without the time in which it waited. */
  readonly busyMs: number;
  /** Own time of functions, most first. */
  readonly functions: readonly ProfiledFunction[];
  /** Own time by library, most first. */
  readonly origins: readonly { readonly name: string; readonly ms: number }[];
}

/** A function that had the processor. */
export interface ProfiledFunction {
  readonly name: string;
  /** Whose code it is: "Heddle", "Node", "WASM", a package. */
  readonly origin: string;
  readonly place: string;
  readonly ms: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Sums a profile up. */
export function summarizeProfile({ nodes, samples = [], timeDeltas = [] }: CpuProfile): ProfileSummary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const ownMs = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    ownMs.set(id, (ownMs.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0) / 1000);
  }
  const functions: ProfiledFunction[] = [];
  let totalMs = 0;
  let busyMs = 0;
  for (const [id, ms] of ownMs) {
    const frame = frames.get(id);
    totalMs += ms;
    if (frame === undefined) continue;
    const place = placeOf(frame.url, frame.lineNumber);
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
    if (isWaiting(name, place)) continue;
    busyMs += ms;
    functions.push({ name, origin: originOf(name, place), place, ms });
  }
  return { totalMs, busyMs, ...summed(functions) };
}

/** Several threads as one. */
export function addProfiles(summaries: readonly ProfileSummary[]): ProfileSummary {
  const sum = (pick: (summary: ProfileSummary) => number): number =>
    summaries.reduce((total, summary) => total + pick(summary), 0);
  return {
    totalMs: sum(({ totalMs }) => totalMs),
    busyMs: sum(({ busyMs }) => busyMs),
    ...summed(summaries.flatMap(({ functions }) => functions)),
  };
}

/** Functions by what they are, and their origins, both with most time first. */
function summed(parts: readonly ProfiledFunction[]): Pick<ProfileSummary, "functions" | "origins"> {
  const functions = new Map<string, ProfiledFunction>();
  const origins = new Map<string, number>();
  for (const part of parts) {
    const key = `${part.name} ${part.place}`;
    functions.set(key, { ...part, ms: part.ms + (functions.get(key)?.ms ?? 0) });
    origins.set(part.origin, (origins.get(part.origin) ?? 0) + part.ms);
  }
  return {
    functions: [...functions.values()].toSorted((a, b) => b.ms - a.ms),
    origins: [...origins].map(([name, ms]) => ({ name, ms })).toSorted((a, b) => b.ms - a.ms),
  };
}

/** The part of a profile after a moment, in µs of its clock: what came before was the start of the process. */
export function profileSince<Profile extends CpuProfile>(profile: Profile, fromUs: number): Profile {
  const { samples = [], timeDeltas = [], startTime } = profile;
  let at = startTime;
  const first = timeDeltas.findIndex((delta) => (at += delta) >= fromUs);
  if (fromUs <= startTime || first < 0) return profile;
  return {
    ...profile,
    startTime: at,
    samples: samples.slice(first),
    timeDeltas: [0, ...timeDeltas.slice(first + 1)],
  };
}

/** A file as people name it: from the repository's folder, or from its package on. */
function placeOf(url: string, lineNumber: number): string {
  const path = url.startsWith("file://") ? fileURLToPath(url) : url;
  if (path === "") return "";
  if (path.startsWith("wasm://")) return "wasm";
  const inPackage = path.split("node_modules/").at(-1) ?? path;
  const short = path.startsWith(root) && inPackage === path ? path.slice(root.length) : inPackage;
  return `${short}:${lineNumber + 1}`;
}

/** A worker has no event loop to be idle in: it sleeps in `Atomics.wait`, inside the function that serves its slots. */
function isWaiting(name: string, place: string): boolean {
  return name === "(idle)" || (name === "serve" && place.startsWith("src/worker/thread."));
}

/** Whose code it is. */
function originOf(name: string, place: string): string {
  const meaning = place === "" ? meanings[name] : undefined;
  if (meaning !== undefined) return meaning;
  if (place === "wasm") return "WASM";
  if (place === "" || place.startsWith("node:")) return "Node";
  if (/^(src|bin)\//.test(place)) return "Heddle";
  if (place.startsWith("bench/")) return "the suite";
  return place.startsWith("@") ? place.split("/").slice(0, 2).join("/") : (place.split("/")[0] ?? place);
}

const meanings: Readonly<Record<string, string>> = {
  "(program)": "V8 and the system",
  "(garbage collector)": "garbage collector",
};

/** A summary for people: shares of the busy time. */
export function printProfile(name: string, summary: ProfileSummary, rowsMax = 15): string {
  const { totalMs, busyMs, functions, origins } = summary;
  const share = (ms: number): number => Math.round((ms / busyMs) * 1000) / 10;
  const seconds = (totalMs / 1000).toFixed(1);
  const busy = totalMs === 0 ? 0 : Math.round((busyMs / totalMs) * 100);
  const shares = origins
    .filter(({ ms }) => share(ms) >= 0.5)
    .map(({ name: of, ms }) => `${of} ${share(ms)} %`);
  const rows = functions
    .slice(0, rowsMax)
    .map((row) => [share(row.ms).toFixed(1), row.name, row.origin, row.place]);
  const head = `${name}: busy ${busy} % of ${seconds} s`;
  if (busyMs === 0) return `${head}\n`;
  return `${head}\n${shares.join(", ")}\n\n${table(["self %", "function", "whose", "where"], rows)}\n`;
}
