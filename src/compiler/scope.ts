/**
 * Names across the files of a kernel: what a name in a file stands for, following imports, exports and re-exports.
 *
 * It works on the syntax tree, before the compiler links anything, since the generated entry has to be parsed together
 * with the rest. The visited set ends circles of re-exports.
 */
import {
  ClassDeclaration,
  DeclarationStatement,
  ExportStatement,
  ImportStatement,
  VariableStatement,
  type Source,
} from "assemblyscript";
import { flags } from "./flags.ts";

/** A declaration and where it was found. */
export interface Found {
  readonly source: Source;
  readonly declaration: DeclarationStatement;
}

/** Looks names up in the sources of a kernel. */
export class Scope {
  readonly #sources = new Map<string, Source>();

  constructor(sources: readonly Source[]) {
    for (const source of sources) this.#sources.set(source.internalPath, source);
  }

  /** What a name in a source stands for; null when it is no declaration of the author's. */
  resolve(source: Source, name: string): Found | null {
    const declaration = declarationsOf(source).find((each) => each.name.text === name);
    if (declaration !== undefined) return { source, declaration };
    for (const statement of source.statements) {
      if (!(statement instanceof ImportStatement)) continue;
      const imported = statement.declarations?.find((each) => each.name.text === name);
      const from = this.#source(statement.internalPath);
      if (imported !== undefined)
        return from === null ? null : this.resolveExport(from, imported.foreignName.text);
    }
    return null;
  }

  /** What a qualified name, `shapes.Circle` after `import * as shapes`, stands for. */
  resolveIn(source: Source, namespace: string, name: string): Found | null {
    for (const statement of source.statements) {
      if (!(statement instanceof ImportStatement) || statement.namespaceName?.text !== namespace) continue;
      const from = this.#source(statement.internalPath);
      return from === null ? null : this.resolveExport(from, name);
    }
    return null;
  }

  /** What a source exports under a name. */
  resolveExport(source: Source, name: string, visited = new Set<Source>()): Found | null {
    if (visited.has(source)) return null;
    visited.add(source);
    const own = declarationsOf(source).find((each) => each.name.text === name && each.is(flags.export));
    if (own !== undefined) return { source, declaration: own };
    for (const statement of source.statements) {
      if (!(statement instanceof ExportStatement)) continue;
      const found = this.#throughStatement(source, statement, name, visited);
      if (found !== null) return found;
    }
    return null;
  }

  /** The name under which a source exports a declaration of its own, or null when it does not. */
  exportedName(source: Source, declaration: DeclarationStatement): string | null {
    if (declaration.is(flags.export)) return declaration.name.text;
    for (const statement of source.statements) {
      if (!(statement instanceof ExportStatement) || statement.internalPath !== null) continue;
      const member = statement.members?.find((each) => each.localName.text === declaration.name.text);
      if (member !== undefined) return member.exportedName.text;
    }
    return null;
  }

  /** The source behind an internal path, when it is the author's. */
  sourceAt(internalPath: string): Source | null {
    return this.#source(internalPath);
  }

  #throughStatement(
    source: Source,
    statement: ExportStatement,
    name: string,
    visited: Set<Source>,
  ): Found | null {
    const { members, internalPath } = statement;
    const from = internalPath === null ? null : this.#source(internalPath);
    if (members === null) return from === null ? null : this.resolveExport(from, name, visited);
    const member = members.find((each) => each.exportedName.text === name);
    if (member === undefined) return null;
    if (internalPath === null) return this.resolve(source, member.localName.text);
    return from === null ? null : this.resolveExport(from, member.localName.text, visited);
  }

  #source(internalPath: string): Source | null {
    return this.#sources.get(internalPath) ?? this.#sources.get(`${internalPath}/index`) ?? null;
  }
}

/** Everything a source declares at its top level. */
export function declarationsOf(source: Source): DeclarationStatement[] {
  return source.statements.flatMap((statement): DeclarationStatement[] => {
    if (statement instanceof VariableStatement) return statement.declarations;
    return statement instanceof DeclarationStatement ? [statement] : [];
  });
}

/** Narrows to a class; an interface is a class declaration too, with its own subclass. */
export function isClass(declaration: DeclarationStatement): declaration is ClassDeclaration {
  return declaration instanceof ClassDeclaration;
}
