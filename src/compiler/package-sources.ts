/**
 * AssemblyScript sources of npm packages: `import { u128 } from "as-bignum/assembly"`.
 *
 * A package is looked for in `node_modules` of the importing file's folder and of the folders above it, as Node does;
 * that of a package's own imports from where the package really lies. In a package, the path is looked for as it is
 * written, then below the folder of what `ascMain` in its package.json names. The compiler knows a source as
 * `~lib/<package>/<path>`, wherever the package lies, so that equal packages give equal modules. It can know one
 * package under a name, so two versions in one kernel are refused.
 */
import { realpath, stat } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { ExportStatement, ImportStatement, type Source } from "assemblyscript";
import type { Diagnostics } from "./diagnostics.ts";
import { isStandard, libraryPrefix } from "./library-path.ts";
import { readOptional, type FoundSource } from "./read-source.ts";

/** A package that was found. */
interface Package {
  /** Where it really lies. */
  readonly folder: string;
  /** Path of its main source, relative to it; "" when its package.json names none. */
  readonly main: string;
}

/** What is wrong with an import, and what to do. */
export interface ImportProblem {
  readonly what: string;
  readonly advice: string;
}

const packagePath = /^((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(?:\/(.+))?$/;

/** Finds and reads the sources of packages. */
export class PackageSources {
  readonly #kernelFolder: string;
  /** By name. */
  readonly #packages = new Map<string, Package>();
  /** By the path that was asked for. */
  readonly #problems = new Map<string, ImportProblem>();

  constructor(kernelFolder: string) {
    this.#kernelFolder = kernelFolder;
  }

  /** Reads `~lib/<package>/<path>`, imported by the source at `from`; null when there is none: see `problemOf`. */
  async read(path: string, from: string): Promise<FoundSource | null> {
    const [, name = "", inner = ""] = packagePath.exec(path.slice(libraryPrefix.length)) ?? [];
    if (name === "" || (inner !== "" && inner.split("/").some((part) => /^\.{0,2}$/.test(part)))) {
      const advice = "give the name of a package, and after it the path of a file in it";
      return this.#miss(path, `"${path.slice(libraryPrefix.length)}" is no path of a package`, advice);
    }
    if (name === "heddle") {
      const advice = 'import from "heddle": assert, check, Code, fail, log';
      return this.#miss(path, `there is no "heddle/${inner}"`, advice);
    }
    const found = this.#packages.get(name) ?? (await this.#find(name, this.#folderOf(from)));
    if (found === null) {
      const advice = `run \`npm install ${name}\` in the kernel's folder`;
      return this.#miss(path, `the package "${name}" is not installed`, advice);
    }
    this.#packages.set(name, found);
    return (await this.#readFrom(name, found, inner)) ?? this.#missFile(path, name, inner);
  }

  /** Why a path could not be read. */
  problemOf(path: string): ImportProblem | undefined {
    return this.#problems.get(path);
  }

  /** Refuses imports that would need another copy of a package than the one that was found first. */
  async checkCopies(sources: readonly Source[], diagnostics: Diagnostics): Promise<void> {
    for (const source of sources) {
      for (const statement of source.statements) {
        if (!(statement instanceof ImportStatement || statement instanceof ExportStatement)) continue;
        const path = statement.internalPath ?? "";
        const name = packageName(path);
        const used = this.#packages.get(name);
        if (used === undefined || name === packageName(source.normalizedPath)) continue;
        const wanted = await this.#find(name, this.#folderOf(source.normalizedPath));
        if (wanted === null || wanted.folder === used.folder) continue;
        const what = `two copies of the package "${name}" are installed, and the kernel would need both`;
        diagnostics.add(statement.range, what, "run `npm dedupe`, or choose versions that agree");
      }
    }
  }

  /** The folder that the imports of a source are looked up from. */
  #folderOf(path: string): string {
    if (!path.startsWith(libraryPrefix)) return dirname(join(this.#kernelFolder, path));
    return this.#packages.get(packageName(path))?.folder ?? this.#kernelFolder;
  }

  async #find(name: string, from: string): Promise<Package | null> {
    for (let folder = await real(from); ; folder = dirname(folder)) {
      const candidate = join(folder, "node_modules", name);
      if (await isFolder(candidate)) {
        return { folder: await real(candidate), main: await readMain(candidate) };
      }
      if (dirname(folder) === folder) return null;
    }
  }

  async #readFrom(name: string, { folder, main }: Package, inner: string): Promise<FoundSource | null> {
    const path = (file: string): string => `${libraryPrefix}${name}/${file}`;
    const within = main === "" ? "" : posix.dirname(main);
    const exact = inner === "" ? [] : [`${inner}.ts`, `${inner}/index.ts`];
    for (const file of exact) {
      const text = await readOptional(join(folder, file));
      if (text !== null) return { path: path(file), text };
    }
    const others =
      inner === ""
        ? [main, "assembly/index.ts", "index.ts"]
        : [`${within}/${inner}.ts`, `${within}/${inner}/index.ts`];
    for (const file of others.map((each) => posix.normalize(each))) {
      if (file === "." || file.startsWith("..") || file.startsWith("/")) continue;
      const text = await readOptional(join(folder, file));
      if (text === null) continue;
      const asked = inner === "" ? "index.ts" : `${inner}.ts`;
      // One source has one path, however it is imported: this one only hands on what the other exports.
      if (file !== asked) return { path: path(asked), text: forward(asked, file) };
      return { path: path(file), text };
    }
    return null;
  }

  #missFile(path: string, name: string, inner: string): null {
    if (inner === "") {
      const advice = "import a file of it, or choose a package that ships an assembly folder";
      return this.#miss(path, `the package "${name}" has no AssemblyScript sources that it names`, advice);
    }
    const what = `the package "${name}" has neither ${inner}.ts nor ${inner}/index.ts`;
    return this.#miss(path, what, "look for the path in its folder, mostly assembly");
  }

  #miss(path: string, what: string, advice: string): null {
    this.#problems.set(path, { what, advice });
    return null;
  }
}

/** The package that a source belongs to; "" when it is the author's own or the standard library's. */
export function packageName(path: string): string {
  if (!path.startsWith(libraryPrefix) || isStandard(path)) return "";
  return packagePath.exec(path.slice(libraryPrefix.length))?.[1] ?? "";
}

/** A source that exports what another of the same package does. */
function forward(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.ts$/, "");
  return `export * from "${path.startsWith(".") ? path : `./${path}`}";\n`;
}

async function readMain(folder: string): Promise<string> {
  const text = await readOptional(join(folder, "package.json"));
  if (text === null) return "";
  try {
    const value: unknown = JSON.parse(text);
    const main = typeof value === "object" && value !== null && "ascMain" in value ? value.ascMain : "";
    return typeof main === "string" && main !== "" ? posix.normalize(main) : "";
  } catch {
    return ""; // a package.json that npm could not read either names no main source
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null); // not there, or not to be read: looked for further up
  return found?.isDirectory() ?? false;
}

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path); // what is missing is told by whoever reads it
}
