/**
 * The classes and enums that a kernel's functions reach, read as messages and enums. A class is noted when a type
 * names it and read later from a list of work, so that classes may refer to one another.
 */
import {
  FieldDeclaration,
  FunctionDeclaration,
  IdentifierExpression,
  type ClassDeclaration,
  type DeclarationStatement,
  type EnumDeclaration,
  type Range,
  type Source,
  type TypeNode,
} from "assemblyscript";
import { jsonNameOf } from "../wire/descriptor.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { DocComment, DocComments } from "./doc-comment.ts";
import { enumValueName, readEnum } from "./enum-shape.ts";
import { flags } from "./flags.ts";
import { isPlainName, snakeCase } from "./names.ts";
import type { Scope } from "./scope.ts";
import type { EnumShape, FieldShape, MessageShape, TypeShape } from "./shapes.ts";
import { TypeResolver, type DeclaredTypes } from "./type-shape.ts";

/** A class or an enum that is part of the interface. */
export interface DeclaredType {
  readonly name: string;
  readonly declaration: DeclarationStatement;
}

interface PendingClass {
  readonly source: Source;
  readonly declaration: ClassDeclaration;
  readonly exportedName: string;
}

/** Reads the classes that types name. */
export class ClassReader implements DeclaredTypes {
  readonly types: TypeResolver;
  readonly #scope: Scope;
  readonly #comments: ReadonlyMap<string, DocComments>;
  readonly #diagnostics: Diagnostics;
  readonly #declared = new Map<string, DeclarationStatement>();
  readonly #refused = new Set<DeclarationStatement>();
  readonly #pending: PendingClass[] = [];
  readonly #enums: EnumShape[] = [];

  constructor(scope: Scope, comments: ReadonlyMap<string, DocComments>, diagnostics: Diagnostics) {
    this.#scope = scope;
    this.#comments = comments;
    this.#diagnostics = diagnostics;
    this.types = new TypeResolver(scope, this, diagnostics);
  }

  useClass(source: Source, declaration: ClassDeclaration, at: TypeNode): string | null {
    const name = declaration.name.text;
    if (this.#declared.get(name) === declaration) return name;
    if (this.#refused.has(declaration)) return null;
    const exportedName = this.#scope.exportedName(source, declaration);
    const refusal = classRefusal(declaration, exportedName);
    if (refusal !== null || exportedName === null || !this.#declare(name, declaration, at)) {
      this.#refused.add(declaration);
      if (refusal !== null)
        this.#diagnostics.add(declaration.name.range, `class "${name}" ${refusal[0]}`, refusal[1]);
      return null;
    }
    this.#pending.push({ source, declaration, exportedName });
    return name;
  }

  useEnum(source: Source, declaration: EnumDeclaration, at: TypeNode): string | null {
    const name = declaration.name.text;
    if (this.#declared.get(name) === declaration) return name;
    if (this.#refused.has(declaration)) return null;
    const comments = this.#comments.get(source.internalPath);
    const shape = this.#declare(name, declaration, at)
      ? readEnum(declaration, comments, this.#diagnostics)
      : null;
    if (shape === null) this.#refused.add(declaration);
    else this.#enums.push(shape);
    return shape === null ? null : name;
  }

  /** Every class and enum noted so far. */
  declared(): DeclaredType[] {
    return [...this.#declared].map(([name, declaration]) => ({ name, declaration }));
  }

  /** Reads what was noted, and what that names in turn. */
  finish(): { messages: MessageShape[]; enums: readonly EnumShape[] } {
    const messages: MessageShape[] = [];
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      messages.push(this.#readClass(next));
    }
    this.#refuseEndless(messages);
    return { messages, enums: this.#enums };
  }

  #declare(name: string, declaration: DeclarationStatement, at: TypeNode): boolean {
    const other = this.#declared.get(name);
    if (other !== undefined) {
      const where = other.range.source.normalizedPath;
      this.#diagnostics.add(
        at.range,
        `there is another "${name}" in ${where}`,
        "rename one: a message name is unique",
      );
      return false;
    }
    if (!isPlainName(name)) {
      const advice = "use letters, digits and single underscores between them";
      this.#diagnostics.add(declaration.name.range, `"${name}" cannot be the name of a message`, advice);
      return false;
    }
    this.#declared.set(name, declaration);
    return true;
  }

  #readClass({ source, declaration, exportedName }: PendingClass): MessageShape {
    const comments = this.#comments.get(source.internalPath);
    const hasConstructor = declaration.members.some((member) => member.is(flags.constructor));
    const fields: FieldShape[] = [];
    let position = 0;
    for (const member of declaration.members) {
      if (!(member instanceof FieldDeclaration) || member.is(flags.static)) continue;
      position += 1;
      const doc = comments?.at(member.range.start);
      const field = this.#readField(source, member, position, doc, hasConstructor);
      if (field !== null && this.#isFree(field, fields, member)) fields.push(field);
    }
    const name = declaration.name.text;
    const comment = comments?.at(declaration.range.start).text ?? "";
    return { name, from: source.internalPath, exportedName, fields, comment };
  }

  #readField(
    source: Source,
    member: FieldDeclaration,
    position: number,
    doc: DocComment | undefined,
    hasConstructor: boolean,
  ): FieldShape | null {
    const name = member.name.text;
    const refusal = fieldRefusal(member);
    if (refusal !== null) {
      this.#diagnostics.add(member.name.range, `field "${name}" ${refusal[0]}`, refusal[1]);
      return null;
    }
    const number = doc === undefined || doc.field === "" ? position : fieldNumber(doc.field);
    if (number === null) {
      const advice = "use a number from 1 to 18999, or from 20000 to 536870911";
      this.#diagnostics.add(member.name.range, `"@field ${doc?.field ?? ""}" is no field number`, advice);
      return null;
    }
    const type = member.type === null ? null : this.types.resolve(source, member.type);
    if (type === null) {
      if (member.type === null)
        this.#diagnostics.add(member.name.range, `field "${name}" has no type`, "write it");
      return null;
    }
    const initialized =
      hasConstructor ||
      !(member.initializer === null || this.#isZero(source, type, member.initializer.range));
    return { source: name, name: snakeCase(name), number, type, initialized, comment: doc?.text ?? "" };
  }

  #isZero(source: Source, type: TypeShape, { start, end }: Range): boolean {
    const text = source.text.slice(start, end);
    if (type.kind !== "one" || type.element.kind !== "enum") return isZeroText(text);
    const { name } = type.element;
    const zero = this.#enums.find((each) => each.name === name)?.values[0]?.name ?? "";
    return enumValueName(name, text.split(".").at(-1) ?? "") === zero;
  }

  #isFree(field: FieldShape, fields: readonly FieldShape[], member: FieldDeclaration): boolean {
    const other = fields.find((each) => sharedName(each, field) !== null || each.number === field.number);
    if (other === undefined) return true;
    const shared = sharedName(other, field);
    const what =
      shared !== null
        ? `"${field.source}" and "${other.source}" both become ${shared}`
        : `"${field.source}" and "${other.source}" both have the field number ${field.number}`;
    this.#diagnostics.add(member.name.range, what, "change one of them");
    return false;
  }

  /** A class that holds itself, directly or through others, without null in between, could never be made. */
  #refuseEndless(messages: readonly MessageShape[]): void {
    const holds = new Map(messages.map(({ name, fields }) => [name, fields.flatMap(heldClass)]));
    for (const { name } of messages) {
      const seen = new Set<string>();
      const work = [...(holds.get(name) ?? [])];
      for (let next = work.pop(); next !== undefined && !seen.has(name); next = work.pop()) {
        if (seen.has(next)) continue;
        seen.add(next);
        work.push(...(holds.get(next) ?? []));
      }
      const declaration = this.#declared.get(name);
      if (!seen.has(name) || declaration === undefined) continue;
      const advice = `make a field on the way "${name} | null", or an array`;
      this.#diagnostics.add(declaration.name.range, `class "${name}" contains itself without end`, advice);
    }
  }
}

/** What two fields would both be called in protobuf, or else in JSON; null when the names differ. */
export function sharedName(a: FieldShape, b: FieldShape): string | null {
  if (a.name === b.name) return `the field ${a.name}`;
  return jsonNameOf(a.name) === jsonNameOf(b.name) ? `${jsonNameOf(a.name)} in JSON` : null;
}

function heldClass({ type }: FieldShape): string[] {
  return type.kind === "one" && type.element.kind === "message" && !type.nullable ? [type.element.name] : [];
}

/** What is wrong and what to do; null when nothing is. */
type Refusal = readonly [what: string, advice: string] | null;

function classRefusal(declaration: ClassDeclaration, exportedName: string | null): Refusal {
  const name = declaration.name.text;
  if (declaration.typeParameters !== null) return ["is generic", "write a class for each type"];
  if (exportedName === null)
    return ["is used by an exported function but not exported", `write "export class ${name}"`];
  if (declaration.extendsType !== null) return ["extends another class", "put the other class into a field"];
  if (declaration.is(flags.abstract)) return ["is abstract", "use a class that can be made"];
  const decorators = declaration.decorators?.map((each) => each.name) ?? [];
  if (decorators.some((each) => each instanceof IdentifierExpression && each.text === "unmanaged")) {
    return ["is unmanaged", "drop @unmanaged"];
  }
  const constructor = declaration.members.find((member) => member.is(flags.constructor));
  if (!(constructor instanceof FunctionDeclaration)) return null;
  if (constructor.is(flags.private) || constructor.is(flags.protected)) {
    return ["has a constructor that is not public", "make it public"];
  }
  const required = constructor.signature.parameters.some((parameter) => parameter.initializer === null);
  return required
    ? ["has a constructor with required parameters", "give each a default, or set fields after `new`"]
    : null;
}

function fieldRefusal(member: FieldDeclaration): Refusal {
  if (!isPlainName(member.name.text)) {
    return [
      "has a name that protobuf cannot have",
      "use letters, digits and single underscores between them",
    ];
  }
  if (member.is(flags.private) || member.is(flags.protected)) {
    return [
      "is not public and so cannot travel",
      "make it public, or keep it in a class that is not exported",
    ];
  }
  if (member.is(flags.readonly)) return ["is readonly and could not be read from a request", "drop readonly"];
  if (member.is(flags.definitelyAssigned)) return ["has no initial value", 'give it one instead of "!"'];
  return null;
}

function fieldNumber(text: string): number | null {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  const isReserved = number >= 19_000 && number <= 19_999;
  return number >= 1 && number <= 536_870_911 && !isReserved ? number : null;
}

/** Whether an initial value is what proto3 calls the default of a type, or an empty object or null. */
function isZeroText(text: string): boolean {
  return /^(?:0(?:\.0*)?|false|null|""|''|\[\]|new \w+(?:<\w+>)?\(0?\))$/.test(text);
}
