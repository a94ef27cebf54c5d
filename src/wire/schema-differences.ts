/**
 * May a kernel be replaced by another under the same name? Its callers hold the old descriptor: some send binary
 * messages by field numbers, others (HTTP/JSON, the SDK) go by names. So a new schema is compatible when whoever was
 * right about the old one still is: every function, field and enum value keeps its name and its number, and every value
 * one side may write arrives as the same value at the other. Requests are written by the old schema and read by the new
 * one, responses the other way round, which is why a parameter may become wider but a result may not.
 *
 * - Adding functions, fields and enum values is compatible: readers skip what they do not know.
 * - Removing one is not. The bytes of a removed field would be skipped, but JSON and SDK callers that name it would be
 *   refused, and its number could be given away later.
 * - Of protobuf's table of exchangeable types those pairs are taken in which no value changes and JSON of the one is JSON of the other.
 * - Whether numbers are packed and whether presence is tracked makes no difference to a reader.
 *
 * Types may be recursive: pairs of messages are looked at once, from a list of work.
 */
import type { EnumType, Field, FunctionSchema, KernelSchema, MessageType } from "./schema.ts";

/** Sentences that say what of the new schema does not fit callers of the old one; none when all does. */
export function kernelDifferences(before: KernelSchema, after: KernelSchema): string[] {
  const [old, now] = [servicePath(before), servicePath(after)];
  if (old !== now)
    return [`its service ${old} is called ${now} now: its gRPC methods would have other paths`];
  const functions = new Map(after.functions.map((fn) => [fn.name, fn]));
  const found: string[] = [];
  for (const fn of before.functions) {
    const next = functions.get(fn.name);
    if (next === undefined) found.push(`function "${fn.name}" is gone: keep it for those who call it`);
    else found.push(...functionDifferences(fn, next));
  }
  return [...new Set(found)];
}

/** The same for one function. */
export function functionDifferences(before: FunctionSchema, after: FunctionSchema): string[] {
  if (before.method !== after.method) {
    return [`method ${before.method} is called ${after.method} now: its gRPC path would change`];
  }
  const requests = new Comparison("request");
  requests.add(before.request, after.request);
  const responses = new Comparison("response");
  responses.add(before.response, after.response);
  return [...requests.run(), ...responses.run()];
}

function servicePath(schema: KernelSchema): string {
  return schema.package === "" ? schema.service : `${schema.package}.${schema.service}`;
}

/** Compares messages that travel in one direction. */
class Comparison {
  readonly #direction: "request" | "response";
  readonly #work: (readonly [MessageType, MessageType])[] = [];
  readonly #seen = new Map<MessageType, Set<MessageType>>();
  readonly #found: string[] = [];

  constructor(direction: "request" | "response") {
    this.#direction = direction;
  }

  add(before: MessageType, after: MessageType): void {
    const partners = this.#seen.get(before) ?? new Set();
    this.#seen.set(before, partners);
    if (partners.has(after)) return;
    partners.add(after);
    this.#work.push([before, after]);
  }

  run(): string[] {
    for (let pair = this.#work.pop(); pair !== undefined; pair = this.#work.pop()) this.#messages(...pair);
    return this.#found;
  }

  #messages(before: MessageType, after: MessageType): void {
    for (const field of before.fields) {
      const label = `field ${before.fullName}.${field.name} (${field.number})`;
      const next = after.fieldsByNumber.get(field.number);
      const said = next === undefined ? missing(field, after) : this.#field(field, next, before, after);
      if (said !== "") this.#found.push(`${label} ${said}`);
    }
  }

  /** What is wrong with a field under the same number, or "". */
  #field(before: Field, after: Field, from: MessageType, to: MessageType): string {
    const fits = this.#typesFit(before, after);
    if (before.name !== after.name) {
      if (fits) return `is called ${after.name} now: JSON and SDK callers go by names; keep the name`;
      const kinds = `${typeOf(after)} field ${after.name}`;
      return `gave its number to the ${kinds}: give the new field a number of its own`;
    }
    if (!fits) {
      const change = `was ${typeOf(before)} and is ${typeOf(after)} now`;
      return `${change}: keep it, and add a field of another name and number for the new type`;
    }
    if (before.jsonName !== after.jsonName) {
      return `is called ${after.jsonName} in JSON now and was ${before.jsonName}: keep the name`;
    }
    if (!oneofFits(before, after, from, to)) return "joined or left a oneof: keep it where it was";
    return this.#types(before, after);
  }

  #typesFit(before: Field, after: Field): boolean {
    if (before.repeated !== after.repeated) return false;
    if (before.kind === "message" || after.kind === "message") return before.kind === after.kind;
    const [writer, reader] = this.#direction === "request" ? [before, after] : [after, before];
    const [written, read] = [scalarOf(writer), scalarOf(reader)];
    return written === read || (exactReaders[written]?.includes(read) ?? false);
  }

  /** Looks into the types that two fields refer to. */
  #types(before: Field, after: Field): string {
    if (before.kind === "message" && after.kind === "message") this.add(before.message, after.message);
    return before.kind === "enum" && after.kind === "enum" ? enumDifference(before.enum, after.enum) : "";
  }
}

/** Types other than the written one under which every value, also in JSON, is read as itself. */
const exactReaders: Readonly<Record<string, readonly string[]>> = {
  int32: ["int64", "enum"],
  uint32: ["uint64", "int64"],
  sint32: ["sint64"],
};

function scalarOf(field: Field): string {
  return field.kind === "scalar" ? field.type : field.kind;
}

function typeOf(field: Field): string {
  const name =
    field.kind === "message"
      ? field.message.fullName
      : field.kind === "enum"
        ? field.enum.fullName
        : field.type;
  return field.repeated ? `repeated ${name}` : name;
}

function missing(field: Field, after: MessageType): string {
  const moved = after.fieldsByName.get(field.name);
  if (moved !== undefined)
    return `has the number ${moved.number} now: give it its old one with @field ${field.number}`;
  return "is gone: keep it, unused if need be, since callers that name it would be refused";
}

/** A field may only move into a oneof whose other members are all new. */
function oneofFits(before: Field, after: Field, from: MessageType, to: MessageType): boolean {
  if (before.oneof === after.oneof) return true;
  if (before.oneof !== "") return false;
  return to.fields.every(
    (other) => other.oneof !== after.oneof || other === after || !from.fieldsByNumber.has(other.number),
  );
}

function enumDifference(before: EnumType, after: EnumType): string {
  for (const [name, number] of before.numbersByName) {
    const next = after.numbersByName.get(name);
    if (next === number) continue;
    const value = `value ${name} (${number}) of enum ${before.fullName}`;
    if (next === undefined) return `uses ${value}, which is gone: keep the value`;
    return `uses ${value}, which is ${next} now: keep its number`;
  }
  return "";
}
