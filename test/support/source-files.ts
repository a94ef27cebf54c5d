/** Reads the repository's own files for the tests that check how it is kept. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const skipped = new Set(["node_modules", "dist", "coverage", ".git", ".heddle"]);
/** What runs of the suite leave is not part of the repository. */
const results = "bench/results";

/** One `import`, `export … from`, `import()` or `new URL(…, import.meta.url)` of a file. */
export interface ImportOf {
  /** The file that imports, from the repository's folder. */
  readonly from: string;
  /** What it names: a path from the repository's folder for a relative one, else the package or `node:` name. */
  readonly to: string;
  /** True when it is erased before the code runs. */
  readonly typeOnly: boolean;
}

/** Paths of all files below a folder of the repository, with `/` and from the repository's folder, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (skipped.has(entry.name) || path === results) return [];
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

/** A source text without its comments. Good enough for sources that Prettier has formatted. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

const statement = /^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
const call = /\b(?:import\(\s*|new URL\(\s*)"(\.[^"]+|node:[^"]+|[@\w][^"]*)"/g;

/** What a file imports. */
export function importsOf(from: string, text = textOf(from)): ImportOf[] {
  const source = withoutComments(text);
  const resolve = (name: string): string =>
    name.startsWith(".") ? posix.join(posix.dirname(from), name) : name;
  const found: ImportOf[] = [];
  for (const [, type, name = ""] of source.matchAll(statement)) {
    found.push({ from, to: resolve(name), typeOnly: type !== undefined });
  }
  for (const [, name = ""] of source.matchAll(call)) found.push({ from, to: resolve(name), typeOnly: false });
  return found;
}

/** The names of functions, classes and values that a file declares and exports. */
export function valueExportsOf(text: string): string[] {
  return declaredExportsOf(text, "const|function\\*?|class");
}

/** The names that a file exports, types among them. */
export function exportsOf(text: string): string[] {
  const names = declaredExportsOf(text, "const|function\\*?|class|interface|type");
  for (const [, list = ""] of withoutComments(text).matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)) {
    const items = list.split(",").map((item) => item.trim().split(/\s+/).at(-1) ?? "");
    names.push(...items.filter((name) => name !== ""));
  }
  return names;
}

function declaredExportsOf(text: string, keywords: string): string[] {
  const pattern = new RegExp(
    `^export\\s+(?:declare\\s+)?(?:async\\s+)?(?:abstract\\s+)?(?:${keywords})\\s+(\\w+)`,
    "gm",
  );
  return [...withoutComments(text).matchAll(pattern)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}
