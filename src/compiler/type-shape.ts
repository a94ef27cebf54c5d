/**
 * From a type as an author wrote it to a shape: through imports and aliases to a row of the type table, a class or an
 * enum; or to a problem that says what to use instead.
 */
import {
  EnumDeclaration,
  FunctionTypeNode,
  InterfaceDeclaration,
  NamedTypeNode,
  TypeDeclaration,
  type ClassDeclaration,
  type Source,
  type TypeNode,
} from "assemblyscript";
import type { Diagnostics } from "./diagnostics.ts";
import { isClass, type Found, type Scope } from "./scope.ts";
import type { ElementShape, TypeShape } from "./shapes.ts";
import { adviceByType, bulks, scalars, type Storage } from "./type-table.ts";

/** Where declared types go: both note the declaration for later and give its name, or null after a problem. */
export interface DeclaredTypes {
  useClass(source: Source, declaration: ClassDeclaration, at: TypeNode): string | null;
  useEnum(source: Source, declaration: EnumDeclaration, at: TypeNode): string | null;
}

const containers: ReadonlyMap<string, Storage> = new Map([
  ["Array", "view"],
  ["StaticArray", "block"],
]);
const aliasesMax = 32;

/** Resolves types; problems go to the diagnostics, and the answer is then null. */
export class TypeResolver {
  readonly #scope: Scope;
  readonly #declared: DeclaredTypes;
  readonly #diagnostics: Diagnostics;

  constructor(scope: Scope, declared: DeclaredTypes, diagnostics: Diagnostics) {
    this.#scope = scope;
    this.#declared = declared;
    this.#diagnostics = diagnostics;
  }

  /** The shape of a type as it stands in a source. */
  resolve(source: Source, node: TypeNode, aliases = 0): TypeShape | null {
    if (node instanceof FunctionTypeNode) {
      return this.#refuse(node, "a function cannot travel", "export one function for each behaviour");
    }
    if (!(node instanceof NamedTypeNode) || node.name.identifier.text === "") {
      return this.#refuse(
        node,
        "a type is missing or not supported",
        "write one of the types of docs/kernel-reference.md",
      );
    }
    const found = this.#find(source, node);
    if (found === null) return this.#builtin(source, node);
    const { declaration } = found;
    if (declaration instanceof TypeDeclaration) return this.#alias(found.source, declaration, node, aliases);
    if (declaration instanceof EnumDeclaration) return this.#enum(found.source, declaration, node);
    if (declaration instanceof InterfaceDeclaration || !isClass(declaration)) {
      return this.#refuse(node, `"${nameOf(node)}" is not a class`, "declare a class with the same fields");
    }
    const name = this.#declared.useClass(found.source, declaration, node);
    if (name === null) return null;
    return { kind: "one", element: { kind: "message", name }, nullable: node.isNullable };
  }

  #find(source: Source, { name }: NamedTypeNode): Found | null {
    const first = name.identifier.text;
    if (name.next === null) return this.#scope.resolve(source, first);
    return name.next.next === null ? this.#scope.resolveIn(source, first, name.next.identifier.text) : null;
  }

  #alias(
    source: Source,
    { type, typeParameters }: TypeDeclaration,
    at: NamedTypeNode,
    aliases: number,
  ): TypeShape | null {
    if (typeParameters !== null || aliases >= aliasesMax) {
      return this.#refuse(
        at,
        `"${nameOf(at)}" is a generic or circular alias`,
        "write the type it stands for",
      );
    }
    const shape = this.resolve(source, type, aliases + 1);
    if (shape === null || !at.isNullable) return shape;
    if (shape.kind === "one" && shape.element.kind === "message") return { ...shape, nullable: true };
    return this.#refuseNull(at);
  }

  #enum(source: Source, declaration: EnumDeclaration, at: TypeNode): TypeShape | null {
    const name = this.#declared.useEnum(source, declaration, at);
    return name === null ? null : { kind: "one", element: { kind: "enum", name }, nullable: false };
  }

  #builtin(source: Source, node: NamedTypeNode): TypeShape | null {
    const spelling = this.#spell(source, node, 0);
    const scalar = scalars.get(spelling);
    const bulk = bulks.get(spelling);
    if (node.isNullable && (scalar ?? bulk ?? containers.get(nameOf(node))) !== undefined)
      return this.#refuseNull(node);
    if (scalar !== undefined)
      return { kind: "one", element: { kind: "scalar", row: scalar }, nullable: false };
    if (bulk !== undefined) return { kind: "bulk", row: bulk };
    const storage = containers.get(nameOf(node));
    const element = node.typeArguments?.[0];
    if (storage === undefined || element === undefined) return this.#refuseUnknown(node);
    return this.#list(source, storage, element);
  }

  #list(source: Source, storage: Storage, node: TypeNode): TypeShape | null {
    const shape = this.resolve(source, node);
    if (shape === null) return null;
    if (shape.kind !== "one") {
      return this.#refuse(
        node,
        "arrays cannot be nested",
        "use an array of a class that has the inner array as a field",
      );
    }
    if (shape.nullable) {
      return this.#refuse(
        node,
        "an array cannot hold null",
        "use a class with a field that says whether it is there",
      );
    }
    const { element } = shape;
    if (storage === "block" && !isListedAsBlock(element)) {
      return this.#refuse(node, "this StaticArray has no counterpart", "use an Array of the same elements");
    }
    return { kind: "list", storage, element };
  }

  /** A type as the table spells it, with aliases of its arguments followed: `StaticArray<f64>`. */
  #spell(source: Source, node: TypeNode, aliases: number): string {
    if (!(node instanceof NamedTypeNode) || aliases > aliasesMax) return "";
    const found = this.#find(source, node);
    if (found?.declaration instanceof TypeDeclaration) {
      return this.#spell(found.source, found.declaration.type, aliases + 1);
    }
    if (found !== null) return "";
    const inner = (node.typeArguments ?? []).map((each) => this.#spell(source, each, aliases));
    return inner.length === 0 ? nameOf(node) : `${nameOf(node)}<${inner.join(",")}>`;
  }

  #refuseUnknown(node: NamedTypeNode): null {
    const name = nameOf(node);
    const advice =
      adviceByType.get(name) ?? "use one of the types of docs/kernel-reference.md or a class of your own";
    return this.#refuse(node, `type "${name}" cannot travel`, advice);
  }

  #refuseNull(node: TypeNode): null {
    return this.#refuse(
      node,
      "only a class can be null",
      "put the value into a class, or give absence a value",
    );
  }

  #refuse(node: TypeNode, what: string, advice: string): null {
    this.#diagnostics.add(node.range, what, advice);
    return null;
  }
}

/** Strings, byte arrays and classes: what is an object each. */
function isListedAsBlock(element: ElementShape): boolean {
  return element.kind === "message" || (element.kind === "scalar" && element.row.codec === "text");
}

function nameOf({ name }: NamedTypeNode): string {
  return name.next === null ? name.identifier.text : `${name.identifier.text}.${name.next.identifier.text}`;
}
