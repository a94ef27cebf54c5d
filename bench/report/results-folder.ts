/** Where results are: `results.json` with everything in it, the pictures as SVG, and a page that shows both. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chart } from "../draw/chart.ts";
import { drawChart } from "../draw/draw-chart.ts";
import { resultsPage } from "./results-page.ts";
import { pictureFile, type SavedFigure, type SavedResults } from "./saved-results.ts";
import { targetsChart } from "./targets-chart.ts";

/** Where the suite leaves results. */
export const resultsFolder = fileURLToPath(new URL("../results/", import.meta.url));

/** Results that a folder has; undefined when it has none, or of another version of the suite. */
export async function readResults(folder: string): Promise<SavedResults | undefined> {
  try {
    const saved: unknown = JSON.parse(await readFile(join(folder, resultsFile), "utf8"));
    return isSaved(saved) ? saved : undefined;
  } catch {
    return undefined; // there is none yet, or it is no JSON any more: the next run writes it anew
  }
}

/** Enough to tell a file of ours from one of an earlier form. */
function isSaved(saved: unknown): saved is SavedResults {
  const { machine, versions, figures } = (saved ?? {}) as Partial<SavedResults>; // looked at field by field
  return (
    typeof machine === "object" &&
    typeof versions === "object" &&
    Array.isArray(figures) &&
    figures.every((figure: Partial<SavedFigure>) => typeof figure.measuredAt === "string")
  );
}

const resultsFile = "results.json";

/** Writes results, pictures and page into a folder; pictures of earlier runs go. */
export async function writeResults(folder: string, saved: SavedResults): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeData(folder, saved);
  await writeFile(join(folder, "README.md"), resultsPage(saved));
}

/** Writes results and pictures into a folder; pictures of earlier runs go. */
export async function writeData(folder: string, saved: SavedResults): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pictures = picturesOf(saved);
  for (const name of await readdir(folder)) {
    if (name.endsWith(".svg") && !pictures.has(name)) await rm(join(folder, name));
  }
  for (const [name, chart] of pictures) await writeFile(join(folder, name), drawChart(chart));
  await writeFile(join(folder, resultsFile), `${JSON.stringify(saved, undefined, 1)}\n`);
}

/** All pictures by the name of their file. */
function picturesOf({ figures }: SavedResults): ReadonlyMap<string, Chart> {
  const pictures = new Map<string, Chart>([["targets.svg", targetsChart(figures)]]);
  for (const { name, charts = [] } of figures) {
    for (const chart of charts) pictures.set(pictureFile(name, chart), chart);
  }
  return pictures;
}
