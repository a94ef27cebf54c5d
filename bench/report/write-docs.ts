import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { docsPage } from "./docs-page.ts";
import { mergeResults } from "./saved-results.ts";
import { readResults, resultsFolder, writeData } from "./results-folder.ts";

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const folder = fileURLToPath(new URL("../../docs/benchmarks/", import.meta.url));

/**
 * Puts the results that `bench/results/` has into the documentation, where those of other figures from the same machine
 * stay. `names`: all figures. Throws when there are none, or of a quick run.
 */
export async function writeDocs(names: readonly string[]): Promise<void> {
  const saved = await readResults(resultsFolder);
  if (saved === undefined) throw new Error(`${resultsFolder} has no results: npm run bench`);
  const quick = saved.figures.filter(({ plan }) => plan === "quick").map(({ name }) => name);
  if (quick.length > 0) {
    const said = `a quick run is no result to publish; measure in full: ${quick.join(", ")}`;
    throw new Error(`${said} (npm run bench -- --only NAME)`);
  }
  const all = mergeResults(await readResults(folder), saved, names);
  const text = docsPage(await readFile(page, "utf8"), all, "benchmarks");
  await writeData(folder, all);
  await writeFile(page, text);
}
