/**
 * The TypeScript types of a kernel: a declaration file with an interface of its functions, for `fabric.kernel` and for
 * `loadKernel` of heddle/testing, and with the types of their messages and enums.
 *
 * What a message is decoded to and what may be encoded as one differ, so a message has up to two types: `Matrix`, which
 * functions give, and `MatrixInput`, which they take: its fields may be left out, lists may be plain arrays, and 64-bit
 * integers may be numbers. A value that was given can be taken again. Parameters must be given, fields need not: a
 * class gives its fields their initial values. The names and comments come with uploaded modules; a comment cannot end
 * itself here and names are identifiers.
 */
import { isMap, mapValueField } from "../wire/map-field.ts";
import type {
  EnumType,
  Field,
  FunctionSchema,
  KernelSchema,
  MessageType,
  ScalarType,
} from "../wire/schema.ts";
import { pascalCase } from "./names.ts";
import { TypeNames } from "./type-names.ts";

/** What to make the types for. */
export interface TypegenOptions {
  /** Name of the kernel. */
  readonly name: string;
  /** Parameters may be left out as fields may; for modules whose requests are not the parameters of a function. */
  readonly optionalParameters?: boolean;
  /** A message inside a message may be missing in what functions give; for modules that no class stands behind. */
  readonly optionalMessages?: boolean;
}

/** The text of a declaration file for a kernel. */
export function generateTypes(schema: KernelSchema, options: TypegenOptions): string {
  return new Typegen(schema, options).file();
}

/** What a function takes and gives, in the words of TypeScript. */
export interface FunctionTypes {
  readonly parameters: readonly ParameterType[];
  /** "void", `Matrix`, `Matrix | undefined`. */
  readonly result: string;
}

/** A parameter of a function. */
export interface ParameterType {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly comment: string;
}

/** The types of one function. */
export function typesOfFunction(
  schema: KernelSchema,
  fn: FunctionSchema,
  options: TypegenOptions,
): FunctionTypes {
  return new Typegen(schema, options).types(fn);
}

/** The name of the interface that is generated for a kernel: `LinalgKernel`. */
export function kernelTypeName(kernel: string): string {
  return `${pascalCase(kernel)}Kernel`;
}

type Direction = "input" | "output";

/** What a list of numbers is decoded to, where that is no plain array. */
const lists: Readonly<Partial<Record<ScalarType, string>>> = {
  double: "Float64Array",
  float: "Float32Array",
  fixed32: "Uint32Array",
  sfixed32: "Int32Array",
  fixed64: "BigUint64Array",
  sfixed64: "BigInt64Array",
};

/** What else may be given for a list that is decoded to a plain array. */
const alsoTaken: Readonly<Partial<Record<ScalarType, string>>> = {
  int32: "Int32Array",
  sint32: "Int32Array",
  uint32: "Uint32Array",
  int64: "BigInt64Array",
  sint64: "BigInt64Array",
  uint64: "BigUint64Array",
};

class Typegen {
  readonly #schema: KernelSchema;
  readonly #options: TypegenOptions;
  readonly #names: TypeNames;
  /** Declarations that are needed, in the order they were met; the text comes later, as types refer to one another. */
  readonly #wanted = new Map<string, () => string>();

  constructor(schema: KernelSchema, options: TypegenOptions) {
    this.#schema = schema;
    this.#options = options;
    this.#names = new TypeNames(schema.package, kernelTypeName(options.name));
  }

  file(): string {
    const { functions, comment } = this.#schema;
    const { name } = this.#options;
    const type = kernelTypeName(name);
    const methods = functions.map((fn) => `${this.#functionDoc(fn)}  ${this.#signature(fn)};\n`);
    const use = `Types of the kernel "${name}", for \`fabric.kernel<${type}>("${name}")\`; written by \`heddle typegen\`.`;
    const about = comment === "" ? [] : ["", ...comment.split("\n")];
    const blocks = [`${doc([use, ...about], "")}export interface ${type} {\n${methods.join("\n")}}\n`];
    for (const [, declare] of this.#wanted) blocks.push(declare());
    return blocks.join("\n");
  }

  types(fn: FunctionSchema): FunctionTypes {
    const parameters = fn.request.fields.map((field) => ({
      name: field.jsonName,
      type: this.#fieldType(field, "output"),
      optional: this.#isOptional(field, "request"),
      comment: field.comment,
    }));
    return { parameters, result: this.#result(fn) };
  }

  #signature(fn: FunctionSchema): string {
    const input = this.#request(fn);
    const canBeLeftOut = fn.request.fields.every((field) => this.#isOptional(field, "request"));
    return `${propertyName(fn.name)}(input${canBeLeftOut ? "?" : ""}: ${input}): Promise<${this.#result(fn)}>`;
  }

  #result({ response }: FunctionSchema): string {
    const [only, ...more] = response.fields;
    if (only === undefined) return "void";
    if (more.length > 0 || only.name !== "value") return this.#message(response, "output");
    const type = this.#fieldType(only, "output");
    return this.#isOptional(only, "output") ? `${type} | undefined` : type;
  }

  #request({ request }: FunctionSchema): string {
    const name = this.#names.of(request.fullName, "");
    this.#want(name, () => this.#declareMessage(name, request, "request"));
    return name;
  }

  #message(type: MessageType, direction: Direction): string {
    const isRequest = this.#schema.functions.some(({ request }) => request === type);
    const suffix = direction === "input" ? "Input" : isRequest ? "Output" : "";
    const name = this.#names.of(type.fullName, suffix);
    this.#want(name, () => this.#declareMessage(name, type, direction));
    return name;
  }

  #enum(type: EnumType): string {
    const name = this.#names.of(type.fullName, "");
    this.#want(name, () => {
      const values = [...type.numbersByName.keys()].map((value) => `  | ${JSON.stringify(value)}`);
      return `${doc(type.comment.split("\n"), "")}export type ${name} =\n${values.join("\n")};\n`;
    });
    return name;
  }

  #want(name: string, declare: () => string): void {
    if (!this.#wanted.has(name)) this.#wanted.set(name, declare);
  }

  #declareMessage(name: string, type: MessageType, use: Direction | "request"): string {
    const direction = use === "output" ? "output" : "input";
    const lines = type.fields.map((field) => {
      const isOptional = this.#isOptional(field, use);
      const orNull = field.kind === "message" && !field.repeated ? " | null" : "";
      const absent = isOptional && direction === "input" ? `${orNull} | undefined` : "";
      const said = field.oneof === "" ? [] : [`At most one of the fields of \`${field.oneof}\` is set.`];
      const about = doc([...comment(field.comment), ...said], "  ");
      const key = propertyName(field.jsonName);
      return `${about}  ${key}${isOptional ? "?" : ""}: ${this.#fieldType(field, direction)}${absent};\n`;
    });
    const about = doc(comment(type.comment), "");
    // An empty interface would take any object.
    if (lines.length === 0) return `${about}export type ${name} = Record<string, never>;\n`;
    return `${about}export interface ${name} {\n${lines.join("")}}\n`;
  }

  /** May the field be missing? A message that a class always has is not declared `optional`. */
  #isOptional(field: Field, use: Direction | "request"): boolean {
    if (field.oneof !== "" || field.optional) return true;
    if (use === "output" && field.kind === "message" && !field.repeated)
      return this.#options.optionalMessages === true;
    return use === "input" || (use === "request" && this.#options.optionalParameters === true);
  }

  #fieldType(field: Field, direction: Direction): string {
    if (isMap(field)) {
      const map = `Record<string, ${this.#fieldType(mapValueField(field), direction)}>`;
      return direction === "output" ? map : `Readonly<${map}>`;
    }
    const element = this.#elementType(field, direction);
    if (!field.repeated) return element;
    const plain = element.includes(" ") ? `(${element})[]` : `${element}[]`;
    const block = field.kind === "scalar" ? lists[field.type] : undefined;
    if (direction === "output") return block ?? plain;
    const typed = block ?? (field.kind === "scalar" ? alsoTaken[field.type] : undefined);
    return typed === undefined ? `readonly ${plain}` : `${typed} | readonly ${plain}`;
  }

  #elementType(field: Field, direction: Direction): string {
    if (field.kind === "message") return this.#message(field.message, direction);
    // proto3 enums are open: a number that has no name passes.
    if (field.kind === "enum") return `${this.#enum(field.enum)} | number`;
    return scalarType(field.type, direction);
  }

  #functionDoc({ comment: said, response }: FunctionSchema): string {
    const [value] = response.fields;
    const returns = value === undefined || value.comment === "" ? [] : [`@returns ${value.comment}`];
    return doc([...comment(said), ...returns], "  ");
  }
}

function scalarType(type: ScalarType, direction: Direction): string {
  switch (type) {
    case "bool":
      return "boolean";
    case "string":
      return "string";
    case "bytes":
      return direction === "output" ? "Uint8Array" : "ArrayBufferView | ArrayBufferLike";
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return direction === "output" ? "bigint" : "bigint | number";
    default:
      return "number";
  }
}

function propertyName(name: string): string {
  if (name === "new") return `"new"`; // would declare a constructor
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function comment(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

/** A doc comment, or nothing for no lines. */
function doc(lines: readonly string[], indent: string): string {
  const clean = lines
    .flatMap((line) => line.split(/[\r\n\u2028\u2029]+/))
    // Control characters could move the cursor of the terminal it is printed to.
    .map((line) => line.replace(/\p{Cc}/gu, " ").replaceAll("*/", "*\\/"));
  if (clean.every((line) => line === "")) return "";
  if (clean.length === 1) return `${indent}/** ${clean[0]} */\n`;
  const body = clean.map((line) => `${indent} * ${line}`.trimEnd()).join("\n");
  return `${indent}/**\n${body}\n${indent} */\n`;
}
