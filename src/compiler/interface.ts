/**
 * Derives the interface of a kernel from its syntax trees: exported functions become methods, the classes and enums
 * they reach become messages and enums. What cannot travel is a problem with advice; nothing is left out silently.
 */
import {
  ClassDeclaration,
  EnumDeclaration,
  ExportDefaultStatement,
  ExportImportStatement,
  ExportStatement,
  FunctionDeclaration,
  NamedTypeNode,
  NamespaceDeclaration,
  VariableDeclaration,
  type DeclarationStatement,
  type Node,
  type Source,
} from "assemblyscript";
import { limits } from "../base/limits.ts";
import { ClassReader, sharedName } from "./class-shape.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { flags } from "./flags.ts";
import { libraryPrefix } from "./library-path.ts";
import { isPlainName, pascalCase, snakeCase } from "./names.ts";
import type { KernelProgram } from "./program.ts";
import { declarationsOf, Scope } from "./scope.ts";
import type { FieldShape, FunctionShape, KernelInterface } from "./shapes.ts";

/** Derives the interface of a kernel; problems go to the diagnostics. */
export function deriveInterface(
  { entry, sources, comments }: KernelProgram,
  name: string,
  diagnostics: Diagnostics,
): KernelInterface {
  const scope = new Scope(sources);
  const classes = new ClassReader(scope, comments, diagnostics);
  const functions: FunctionShape[] = [];
  refuseAmbient(sources, diagnostics);
  const exportedClasses = new Set<string>();
  for (const { source, declaration, exportedName } of exportsOf(entry, scope, diagnostics, exportedClasses)) {
    const shape = readFunction(source, declaration, exportedName);
    if (shape !== null) functions.push(shape);
  }
  const { messages, enums } = classes.finish();
  checkFunctions(entry, functions, exportedClasses, diagnostics);
  checkNames();
  return { name, comment: comments.get(entry.internalPath)?.head() ?? "", functions, messages, enums };

  function readFunction(
    source: Source,
    declaration: FunctionDeclaration,
    exported: string,
  ): FunctionShape | null {
    if (!checkFunction(declaration, exported, diagnostics)) return null;
    const doc = comments.get(source.internalPath)?.at(declaration.range.start);
    const { parameters, returnType } = declaration.signature;
    const fields = parameters.flatMap((parameter, index): FieldShape[] => {
      const text = parameter.name.text;
      if (parameter.initializer !== null || parameter.parameterKind !== 0) {
        const advice = "make it an ordinary parameter, or a field with an initial value of a class";
        diagnostics.add(parameter.range, `parameter "${text}" is optional or a rest parameter`, advice);
        return [];
      }
      const type = classes.types.resolve(source, parameter.type);
      if (type === null || !checkFieldName(parameter, text)) return [];
      const comment = doc?.params.get(text) ?? "";
      return [{ source: text, name: snakeCase(text), number: index + 1, type, initialized: false, comment }];
    });
    checkUnique(fields, declaration, diagnostics);
    const isVoid = returnType instanceof NamedTypeNode && returnType.name.identifier.text === "void";
    const type = isVoid ? null : classes.types.resolve(source, returnType);
    const result: FieldShape | null =
      type === null
        ? null
        : {
            source: "value",
            name: "value",
            number: 1,
            type,
            initialized: false,
            comment: doc?.returns ?? "",
          };
    const internalName = `${source.internalPath}/${declaration.name.text}`;
    const comment = doc?.text ?? "";
    return {
      name: exported,
      method: pascalCase(exported),
      internalName,
      parameters: fields,
      result,
      comment,
    };
  }

  function checkFieldName(at: Node, text: string): boolean {
    if (isPlainName(text)) return true;
    const advice = "use letters, digits and single underscores between them";
    diagnostics.add(at.range, `"${text}" cannot be the name of a field`, advice);
    return false;
  }

  /** Classes must not take the names of the messages and the service that the kernel itself brings. */
  function checkNames(): void {
    const taken = new Map<string, string>([[`${pascalCase(name)}Service`, "the service"]]);
    for (const { method, name: function_ } of functions) {
      taken.set(`${method}Request`, `the request of "${function_}"`);
      taken.set(`${method}Response`, `the response of "${function_}"`);
    }
    for (const { name: declared, values } of enums) {
      for (const { name: value } of values) {
        const owner = taken.get(value);
        taken.set(value, `a value of the enum "${declared}"`);
        if (owner === undefined) continue;
        const at = classes.declared().find((each) => each.name === declared)?.declaration.name.range;
        const what = `a value of "${declared}" becomes ${value}, which is also ${owner}`;
        diagnostics.add(at ?? entry.range, what, "rename the value or the enum");
      }
    }
    for (const { name: declared, declaration } of classes.declared()) {
      const owner = taken.get(declared);
      if (owner === undefined) continue;
      diagnostics.add(
        declaration.name.range,
        `"${declared}" is also the name of ${owner}`,
        "rename the class",
      );
    }
  }
}

interface ExportedFunction {
  readonly source: Source;
  readonly declaration: FunctionDeclaration;
  readonly exportedName: string;
}

/** The functions a kernel's file exports, re-exports among them, in the order of the file. */
function exportsOf(
  source: Source,
  scope: Scope,
  diagnostics: Diagnostics,
  classes: Set<string>,
  visited = new Set<Source>(),
): ExportedFunction[] {
  if (visited.has(source)) return [];
  visited.add(source);
  const functions: ExportedFunction[] = [];
  for (const declaration of declarationsOf(source)) {
    if (declaration.is(flags.export)) take(source, declaration, declaration.name.text, declaration);
  }
  for (const statement of source.statements) {
    if (statement instanceof ExportDefaultStatement || statement instanceof ExportImportStatement) {
      diagnostics.add(
        statement.range,
        "this form of export has no name to call",
        "use `export function name(…)`",
      );
    }
    if (!(statement instanceof ExportStatement)) continue;
    const { members, internalPath } = statement;
    if (members === null) {
      const from = internalPath === null ? null : scope.sourceAt(internalPath);
      if (from !== null) functions.push(...exportsOf(from, scope, diagnostics, classes, visited));
      continue;
    }
    for (const member of members) {
      const found = scope.resolveExport(source, member.exportedName.text);
      if (found !== null) take(found.source, found.declaration, member.exportedName.text, member);
    }
  }
  return functions;

  function take(from: Source, declaration: DeclarationStatement, exportedName: string, at: Node): void {
    if (declaration instanceof FunctionDeclaration) {
      functions.push({ source: from, declaration, exportedName });
    } else if (declaration instanceof ClassDeclaration) {
      classes.add(exportedName);
    } else if (declaration instanceof VariableDeclaration) {
      const advice = "drop `export`, or move the value to a file that this one imports";
      diagnostics.add(
        at.range,
        `"${exportedName}" is an exported variable; a kernel exports functions`,
        advice,
      );
    } else if (declaration instanceof NamespaceDeclaration) {
      const advice = "export the functions themselves";
      diagnostics.add(
        at.range,
        `"${exportedName}" is an exported namespace; a kernel exports functions`,
        advice,
      );
    }
  }
}

const ownExports = new Set(["memory", "heddle_alloc"]);

function checkFunction(declaration: FunctionDeclaration, name: string, diagnostics: Diagnostics): boolean {
  const at = declaration.name.range;
  const before = declaration.typeParameters !== null ? "is generic" : "";
  if (before !== "") {
    diagnostics.add(
      at,
      `exported function "${name}" is generic`,
      "export a function for each type it is meant for",
    );
    return false;
  }
  if (ownExports.has(name)) {
    diagnostics.add(at, `"${name}" is an export of every kernel`, "choose another name");
    return false;
  }
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
    const advice = "use lowerCamelCase: solveLu becomes the method SolveLu";
    diagnostics.add(at, `"${name}" cannot be the name of a method`, advice);
    return false;
  }
  return true;
}

function checkFunctions(
  entry: Source,
  functions: readonly FunctionShape[],
  classes: ReadonlySet<string>,
  diagnostics: Diagnostics,
): void {
  const { normalizedPath } = entry;
  if (functions.length === 0 && diagnostics.isEmpty) {
    const names = [...classes].slice(0, 3).join(", ");
    const what = `the kernel exports no function${classes.size > 0 ? `, only classes (${names}${classes.size > 3 ? ", …" : ""})` : ""}`;
    const advice =
      classes.size > 0
        ? "export functions that use them, from a file that imports them"
        : "write `export function …`";
    diagnostics.addAt(normalizedPath, 1, 1, what, advice);
  }
  if (functions.length > limits.functionsMax) {
    const what = `the kernel exports ${functions.length} functions, more than ${limits.functionsMax}`;
    diagnostics.addAt(normalizedPath, 1, 1, what, "split it into several kernels");
  }
}

function checkUnique(
  fields: readonly FieldShape[],
  { name }: DeclarationStatement,
  diagnostics: Diagnostics,
): void {
  fields.forEach((field, index) => {
    for (const other of fields.slice(0, index)) {
      const shared = sharedName(other, field);
      if (shared === null) continue;
      diagnostics.add(
        name.range,
        `"${field.source}" and "${other.source}" both become ${shared}`,
        "rename one of them",
      );
    }
  });
}

/** Imports of the author's own would be imports of the module, which may have only those of Heddle. */
function refuseAmbient(sources: readonly Source[], diagnostics: Diagnostics): void {
  for (const source of sources) {
    if (source.normalizedPath.startsWith(libraryPrefix)) continue; // what a kernel uses of a package, its imports tell
    for (const declaration of declarationsOf(source)) {
      const isType = declaration instanceof ClassDeclaration || declaration instanceof EnumDeclaration;
      if (isType || !declaration.is(flags.ambient)) continue;
      const advice = 'a kernel imports from its host only what "heddle" offers';
      diagnostics.add(declaration.range, `"${declaration.name.text}" is declared and not defined`, advice);
    }
  }
}
