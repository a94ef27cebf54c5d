import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { quote } from "./describe-value.ts";
import {
  jsonNameOf,
  type EnumDescriptor,
  type FieldDescriptor,
  type FileDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
} from "./descriptor.ts";
import type { EnumType, Field, MessageType } from "./schema.ts";
import { fieldNumberMax } from "./varint.ts";

/** Turns names of types into linked types. */
export interface TypeLinker {
  /** The message a method or field refers to; complete only after `finish`. */
  message(typeName: string, user: string): MessageType;
  /** Links the fields of every message that was asked for, and of those they refer to. */
  finish(): void;
}

type Declared =
  | { readonly kind: "message"; readonly file: FileDescriptor; readonly descriptor: MessageDescriptor }
  | { readonly kind: "enum"; readonly file: FileDescriptor; readonly descriptor: EnumDescriptor };

/** A message whose fields are still to be linked, with the lists that its type shows to others as read-only. */
interface Work {
  readonly descriptor: MessageDescriptor;
  readonly fullName: string;
  readonly fields: Field[];
  readonly fieldsByName: Map<string, Field>;
  readonly fieldsByNumber: Map<number, Field>;
}

/** Types that the key of a map may have. */
const mapKeys: ReadonlySet<string> = new Set([
  ...["int32", "int64", "uint32", "uint64", "sint32", "sint64"],
  ...["fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string"],
]);
const unpackable: ReadonlySet<string> = new Set(["string", "bytes", "message"]);
const reservedNumbers = { first: 19_000, last: 19_999 };

function bad(said: string): HeddleError {
  return new HeddleError("BAD_DESCRIPTOR", `descriptor: ${said}`);
}

/** A linker over all files of a set. Throws BAD_DESCRIPTOR here and later when types do not fit together. */
export function createTypeLinker(set: FileDescriptorSet): TypeLinker {
  const declared = declaredTypes(set);
  const messages = new Map<string, MessageType>();
  const enums = new Map<string, EnumType>();
  const work: Work[] = [];

  function find(typeName: string, user: string): readonly [string, Declared] {
    if (!typeName.startsWith(".")) {
      throw bad(`${user} refers to the type ${quote(typeName)}; a full name with a leading dot is needed`);
    }
    const fullName = typeName.slice(1);
    const type = declared.get(fullName);
    if (type === undefined) throw bad(`${user} refers to the type ${quote(fullName)}, which is not declared`);
    return [fullName, type];
  }

  function message(typeName: string, user: string): MessageType {
    const [fullName, type] = find(typeName, user);
    if (type.kind !== "message") throw bad(`${user} needs a message type; ${fullName} is an enum`);
    const known = messages.get(fullName);
    if (known !== undefined) return known;
    checkMessage(fullName, type.file, type.descriptor);
    const lists = { fields: [], fieldsByName: new Map(), fieldsByNumber: new Map() };
    const { mapEntry, comment } = type.descriptor;
    const linked: MessageType = { fullName, ...lists, mapEntry, comment };
    messages.set(fullName, linked);
    work.push({ descriptor: type.descriptor, fullName, ...lists });
    return linked;
  }

  function enumeration(typeName: string, user: string): EnumType {
    const [fullName, type] = find(typeName, user);
    if (type.kind !== "enum") throw bad(`${user} needs an enum type; ${fullName} is a message`);
    const linked = enums.get(fullName) ?? linkEnum(fullName, type.file, type.descriptor);
    enums.set(fullName, linked);
    return linked;
  }

  function linkField(field: FieldDescriptor, owner: Work): Field {
    const user = `field ${owner.fullName}.${field.name}`;
    const { type, typeName } = field;
    const common = fieldCommon(field, owner.descriptor, user);
    if (type === "group") throw bad(`${user} is a group, which proto3 does not have`);
    if (type === "message") {
      const linked = message(typeName, user);
      if (linked.mapEntry && (!common.repeated || !linked.fullName.startsWith(`${owner.fullName}.`))) {
        throw bad(`${user} uses ${linked.fullName}, which is the entry of another map`);
      }
      return { kind: "message", ...common, message: linked };
    }
    if (type === "enum") return { kind: "enum", ...common, enum: enumeration(typeName, user) };
    return { kind: "scalar", ...common, type };
  }

  function finish(): void {
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      for (const descriptor of next.descriptor.fields) addField(next, linkField(descriptor, next));
      next.fields.sort((a, b) => a.number - b.number);
    }
  }

  return { message, finish };
}

/** Every message and enum of the set by its full name. */
function declaredTypes(set: FileDescriptorSet): ReadonlyMap<string, Declared> {
  const declared = new Map<string, Declared>();
  const add = (scope: string, type: Declared): string => {
    const name = scope === "" ? type.descriptor.name : `${scope}.${type.descriptor.name}`;
    if (name.length > limits.descriptorNameMaxChars) {
      const most = `at most ${limits.descriptorNameMaxChars} are allowed`;
      throw bad(`the full name ${quote(name)} is too long; ${most}`);
    }
    if (declared.has(name)) throw bad(`the type ${name} is declared twice`);
    declared.set(name, type);
    return name;
  };
  const walk = (scope: string, file: FileDescriptor, within: FileDescriptor | MessageDescriptor): void => {
    for (const descriptor of within.enums) add(scope, { kind: "enum", file, descriptor });
    for (const descriptor of within.messages) {
      walk(add(scope, { kind: "message", file, descriptor }), file, descriptor);
    }
  };
  for (const file of set.files) walk(file.package, file, file);
  return declared;
}

function checkMessage(fullName: string, file: FileDescriptor, descriptor: MessageDescriptor): void {
  checkSyntax(`message ${fullName}`, file);
  if (!descriptor.mapEntry) return;
  const [key, value, ...more] = descriptor.fields.toSorted((a, b) => a.number - b.number);
  const fits =
    key?.name === "key" &&
    key.number === 1 &&
    mapKeys.has(key.type) &&
    value?.name === "value" &&
    value.number === 2;
  if (fits && more.length === 0 && key.label === "optional" && value.label === "optional") return;
  throw bad(`${fullName} is the entry of a map, but not a key (integer, bool or string) and a value`);
}

function checkSyntax(what: string, file: FileDescriptor): void {
  if (file.syntax === "proto3") return;
  const syntax = file.syntax === "" ? "proto2" : quote(file.syntax);
  throw bad(`${what} is declared in ${quote(file.name)} with the syntax ${syntax}; only proto3 is supported`);
}

function linkEnum(fullName: string, file: FileDescriptor, descriptor: EnumDescriptor): EnumType {
  checkSyntax(`enum ${fullName}`, file);
  const numbersByName = new Map<string, number>();
  const namesByNumber = new Map<number, string>();
  for (const { name, number } of descriptor.values) {
    if (numbersByName.has(name)) throw bad(`enum ${fullName} has two values named ${name}`);
    numbersByName.set(name, number);
    if (!namesByNumber.has(number)) namesByNumber.set(number, name);
  }
  if (descriptor.values[0]?.number !== 0) throw bad(`enum ${fullName} must begin with a value that is 0`);
  return { fullName, numbersByName, namesByNumber, comment: descriptor.comment };
}

function fieldCommon(field: FieldDescriptor, message: MessageDescriptor, user: string) {
  const { name, number, label, type, oneofIndex, proto3Optional, comment } = field;
  if (label === "required") throw bad(`${user} is required, which proto3 does not have`);
  if (number < 1 || number > fieldNumberMax) {
    throw bad(`${user} has the number ${number}; field numbers go from 1 to ${fieldNumberMax}`);
  }
  if (number >= reservedNumbers.first && number <= reservedNumbers.last) {
    throw bad(`${user} has the number ${number}, which protobuf keeps for itself`);
  }
  const repeated = label === "repeated";
  const oneof = oneofIndex === undefined ? undefined : message.oneofs[oneofIndex];
  if (oneofIndex !== undefined && oneof === undefined)
    throw bad(`${user} is in oneof ${oneofIndex}, which is not there`);
  if (repeated && (oneof !== undefined || proto3Optional))
    throw bad(`${user} is repeated and optional at once`);
  const presence = !repeated && (type === "message" || proto3Optional || oneof !== undefined);
  const packed = repeated && !unpackable.has(type) && field.packed !== false;
  const jsonName = field.jsonName || jsonNameOf(name) || name;
  const oneofName = proto3Optional ? "" : (oneof?.name ?? "");
  const optional = proto3Optional;
  return { name, jsonName, number, repeated, packed, presence, optional, oneof: oneofName, comment };
}

function addField(owner: Work, field: Field): void {
  const { fields, fieldsByName, fieldsByNumber, fullName } = owner;
  const sameNumber = fieldsByNumber.get(field.number);
  if (sameNumber !== undefined) {
    throw bad(
      `fields ${sameNumber.name} and ${field.name} of ${fullName} have the same number, ${field.number}`,
    );
  }
  for (const name of new Set([field.name, field.jsonName])) {
    const sameName = fieldsByName.get(name);
    if (sameName !== undefined) {
      throw bad(
        `fields ${sameName.name} and ${field.name} of ${fullName} have the same name, ${quote(name)}`,
      );
    }
    fieldsByName.set(name, field);
  }
  fields.push(field);
  fieldsByNumber.set(field.number, field);
}
