/**
 * What an editor has to know of a kernel's surroundings: the types of AssemblyScript, from the installed package, and
 * those of the library "heddle", which are its source without imports and bodies.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as assemblyscript from "assemblyscript";
import { libraryFolder } from "./program.ts";

/** The declarations of AssemblyScript's globals. */
export function assemblyScriptDeclarations(): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve("assemblyscript/std/assembly/index.d.ts"), "utf8");
}

/** The declarations of what kernels import from "heddle". */
export async function libraryDeclarations(): Promise<string> {
  const text = await readFile(new URL("heddle.ts", libraryFolder), "utf8");
  return withoutBodies(text);
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly instead: string;
}

/** A source with `;` in place of each body, and without its imports. */
function withoutBodies(text: string): string {
  const program = assemblyscript.newProgram(assemblyscript.newOptions());
  assemblyscript.parse(program, text, "heddle.ts", true);
  const source = program.sources.find(({ normalizedPath }) => normalizedPath === "heddle.ts");
  const cuts = (source?.statements ?? []).flatMap(cutsOf);
  program.module.dispose();
  let rest = text;
  for (const { from, to, instead } of cuts.toSorted((a, b) => b.from - a.from)) {
    rest = rest.slice(0, from).trimEnd() + instead + rest.slice(to);
  }
  return rest;
}

function cutsOf(statement: assemblyscript.Node): Cut[] {
  const { range } = statement;
  if (statement instanceof assemblyscript.ImportStatement) {
    return [{ from: range.start, to: range.end + 1, instead: "" }];
  }
  if (statement instanceof assemblyscript.FunctionDeclaration) {
    const { body } = statement;
    return body === null ? [] : [{ from: body.range.start, to: body.range.end, instead: ";" }];
  }
  const isGroup =
    statement instanceof assemblyscript.NamespaceDeclaration ||
    statement instanceof assemblyscript.ClassDeclaration;
  return isGroup ? statement.members.flatMap(cutsOf) : [];
}
