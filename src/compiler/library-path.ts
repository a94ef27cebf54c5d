/** Paths of sources as the compiler knows them: those of libraries, packages among them, begin with `~lib/`. */
import { libraryFiles } from "assemblyscript/asc";

/** What the paths of library sources begin with. */
export const libraryPrefix = "~lib/";

/** Whether a source is the standard library's, or Heddle's own: neither the author's nor a package's. */
export function isStandard(path: string): boolean {
  if (!path.startsWith("~")) return false;
  if (!path.startsWith(libraryPrefix) || path.startsWith("~lib/heddle/")) return true;
  return Object.hasOwn(libraryFiles, path.slice(libraryPrefix.length).replace(/\.ts$/, ""));
}

/** How a source is imported from the generated entry, given its path without `.ts`. */
export function importPath(internalPath: string): string {
  return internalPath.startsWith(libraryPrefix)
    ? internalPath.slice(libraryPrefix.length)
    : `./${internalPath}`;
}
