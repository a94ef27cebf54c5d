/**
 * Numbers and pictures in the documentation. The page is written by people, but for blocks between two comments,
 * `<!-- run: NAME -->` and `<!-- end -->`, which hold what a run found: of `machine`, of all figures (`summary`), or of the
 * figure of that name. They are rewritten as a whole, so that no number in them was ever typed.
 */
import { figureBlock, machineBlock, summaryBlock } from "./results-page.ts";
import type { SavedResults } from "./saved-results.ts";

const block = /<!-- run: (\S+) -->\n[\s\S]*?<!-- end -->/g;
const unknown = "This run has no result of it.";

/** The page with its blocks rewritten; pictures are in `folder`. Throws for a figure that the page has no block of. */
export function docsPage(page: string, saved: SavedResults, folder: string): string {
  const contents = new Map([
    ["machine", machineBlock(saved)],
    ["summary", summaryBlock(saved, folder)],
  ]);
  for (const figure of saved.figures) contents.set(figure.name, figureBlock(figure, folder));
  const names = blocksOf(page);
  const missing = [...contents.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`the page has no block <!-- run: NAME --> … <!-- end --> for ${missing.join(", ")}`);
  return page.replace(block, (_, name: string) => {
    return `<!-- run: ${name} -->\n\n${contents.get(name) ?? unknown}\n\n<!-- end -->`;
  });
}

/** The names of a page's blocks. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(block)].map(([, name = ""]) => name);
}
