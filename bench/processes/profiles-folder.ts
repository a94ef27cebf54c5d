/**
 * CPU profiles of a figure's processes. Node writes one for each thread when it is told to by the environment, under
 * names made of numbers; here they get the names of what they are: `gateway`, `node-1`, `node-1.worker`, `raw-echo-server`.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBeganUs, processName } from "./process-names.ts";
import { beginOwnProfile } from "./own-profile.ts";
import { addProfiles, printProfile, profileSince, summarizeProfile, type CpuProfile } from "./profile.ts";

/** Where profiles are left, in a folder for each figure. */
export const profilesFolder = fileURLToPath(new URL("../profiles/", import.meta.url));

const extension = ".cpuprofile";
/** Threads that did less are not worth a table. */
const busyMsMin = 50;

/** Ends the profiles of a figure; gives the folder they are in and what they say. */
export type EndProfiles = () => Promise<{ readonly folder: string; readonly summary: string }>;

/**
 * Empties the folder of a figure, has all Node processes that are started from now on leave their profiles there, and
 * begins that of this process. The end is to be called when they have ended.
 */
export async function beginProfiles(figure: string): Promise<EndProfiles> {
  const folder = join(profilesFolder, figure);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  process.env["NODE_OPTIONS"] = `--cpu-prof --cpu-prof-dir=${folder}`;
  const endOwn = await beginOwnProfile();
  return async () => {
    await writeProfile(join(folder, `suite${extension}`), await endOwn());
    await nameProfiles(folder);
    const summary = await summarizeFolder(folder);
    await writeFile(join(folder, "summary.txt"), summary);
    return { folder, summary };
  };
}

/** Names the profiles of processes that have ended and cuts off what came before the load. */
async function nameProfiles(folder: string): Promise<void> {
  const taken = new Set<string>();
  for (const file of (await readdir(folder)).toSorted()) {
    const [, pid, thread] = /^CPU\.\d+\.\d+\.(\d+)\.(\d+)\.\d+\.cpuprofile$/.exec(file) ?? [];
    if (pid === undefined || thread === undefined) continue;
    const profile = await readProfile(join(folder, file));
    const owner = processName(Number(pid)) ?? `process-${pid}`;
    const base = thread === "0" ? owner : `${owner}.${threadName(profile)}`;
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    await writeProfile(join(folder, name + extension), profile);
    await rm(join(folder, file));
  }
}

function writeProfile(file: string, profile: CpuProfile): Promise<void> {
  return writeFile(file, JSON.stringify(profileSince(profile, loadBeganUs())));
}

/** What the profiles of a folder say: of all threads together, and of each, the busiest first. */
export async function summarizeFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => {
    throw new Error(`${folder} is no folder that can be read`);
  });
  const files = names.filter((file) => file.endsWith(extension));
  const found = [];
  for (const file of files) {
    const summary = summarizeProfile(await readProfile(join(folder, file)));
    found.push({ name: file.slice(0, -extension.length), summary });
  }
  const busy = found.filter(({ summary }) => summary.busyMs >= busyMsMin);
  if (busy.length === 0) throw new Error(`${folder} has no ${extension} of a thread that did anything`);
  const sorted = busy.toSorted((a, b) => b.summary.busyMs - a.summary.busyMs);
  const all = { name: "all threads", summary: addProfiles(sorted.map(({ summary }) => summary)) };
  return (sorted.length === 1 ? sorted : [all, ...sorted])
    .map(({ name, summary }) => printProfile(name, summary))
    .join("\n");
}

/** The files that threads of Heddle start with. */
const entries: Readonly<Record<string, string>> = {
  "worker/thread.ts": "worker",
  "worker/admission-thread.ts": "admission",
  "store/sqlite-thread.ts": "sqlite",
};

function threadName({ nodes }: CpuProfile): string {
  const urls = nodes.map(({ callFrame }) => callFrame.url);
  const entry = Object.keys(entries).find((path) => urls.some((url) => url.endsWith(path)));
  return (entry === undefined ? undefined : entries[entry]) ?? "thread";
}

async function readProfile(file: string): Promise<CpuProfile> {
  return JSON.parse(await readFile(file, "utf8")) as CpuProfile; // written by Node
}
