/**
 * Descriptors as the text of `.proto` files that protoc and its like read back to equal descriptors.
 *
 * A type is referred to by its name without package where that cannot be mistaken, and otherwise by its full name with
 * a leading dot: a name is looked up from the inside out, so anything else of the same name, at any depth, would make a
 * short one ambiguous for some reader. Texts come with uploaded modules: a comment stays a comment whatever is in it,
 * and everything else is an identifier (`readDescriptorSet` sees to that) or quoted here.
 */
import {
  jsonNameOf,
  type EnumDescriptor,
  type FieldDescriptor,
  type FileDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
  type Reserved,
  type ServiceDescriptor,
} from "./descriptor.ts";
import { indexTypes, type TypeIndex } from "./type-index.ts";
import { fieldNumberMax } from "./varint.ts";

/** One `.proto` file. */
export interface ProtoFile {
  /** Path as imports name it. */
  readonly name: string;
  readonly text: string;
}

/**
 * The files of a set as text: first the one with the service, then those it needs, directly or not. Imports that only
 * serve what descriptors here do not keep, options and extensions, are left out.
 */
export function printProtoFiles(set: FileDescriptorSet): ProtoFile[] {
  const index = indexTypes(set);
  const first = set.files.filter((file) => file.services.length > 0);
  const wanted = new Set(first.length === 0 ? set.files : first);
  for (const file of wanted) for (const needed of neededBy(file, index)) wanted.add(needed);
  return [...wanted].map((file) => ({ name: file.name, text: printFile(file, index) }));
}

/** Lines of a `.proto` file that declare these messages and enums, with the types they refer to, for people to read. */
export function printTypes({ files }: FileDescriptorSet, fullNames: readonly string[]): string {
  const index = indexTypes({ files });
  const names = new Set(fullNames);
  for (const name of names) {
    const type = index.find(`.${name}`);
    if (type?.kind === "message") for (const next of typesIn(type.descriptor)) names.add(next.slice(1));
  }
  const blocks = [...names].flatMap((name) => {
    const type = index.find(`.${name}`);
    if (type === undefined || isInside(name, names)) return [];
    return [type.kind === "message" ? messageLines(type.descriptor, index) : enumLines(type.descriptor)];
  });
  return blocks.map((lines) => lines.join("\n")).join("\n\n");
}

function isInside(name: string, names: ReadonlySet<string>): boolean {
  return names.has(name.slice(0, Math.max(0, name.lastIndexOf("."))));
}

function printFile(file: FileDescriptor, index: TypeIndex): string {
  const imports = neededBy(file, index).map((needed) => `import ${quoted(needed.name)};`);
  const head = file.package === "" ? [] : [[...commentLines(file.comment), `package ${file.package};`]];
  const blocks = [
    [`syntax = "proto3";`],
    ...head,
    imports.toSorted(),
    ...file.services.map((service) => serviceLines(service, index)),
    ...file.messages.map((message) => messageLines(message, index)),
    ...file.enums.map(enumLines),
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}

/** The other files that declare types this one refers to. */
function neededBy(file: FileDescriptor, index: TypeIndex): FileDescriptor[] {
  const methods = file.services.flatMap((service) => service.methods);
  const names = [
    ...methods.flatMap(({ inputType, outputType }) => [inputType, outputType]),
    ...file.messages.flatMap(typesIn),
  ];
  const needed = new Set(names.flatMap((name) => index.find(name)?.file ?? []));
  needed.delete(file);
  return [...needed];
}

/** Names of the types that a message and those inside it refer to. */
function typesIn(message: MessageDescriptor): string[] {
  return [
    ...message.fields.map(({ typeName }) => typeName).filter((name) => name !== ""),
    ...message.messages.flatMap(typesIn),
  ];
}

function serviceLines({ name, methods, comment }: ServiceDescriptor, index: TypeIndex): string[] {
  const body = methods.flatMap((method) => {
    const request = `${method.clientStreaming ? "stream " : ""}${index.nameInService(method.inputType)}`;
    const response = `${method.serverStreaming ? "stream " : ""}${index.nameInService(method.outputType)}`;
    return [...commentLines(method.comment), `rpc ${method.name}(${request}) returns (${response});`];
  });
  return [...commentLines(comment), ...block(`service ${name}`, body)];
}

function messageLines(message: MessageDescriptor, index: TypeIndex): string[] {
  const entries = new Map(
    message.messages.filter(({ mapEntry }) => mapEntry).map((entry) => [entry.name, entry]),
  );
  const done = new Set<number>();
  const fields = message.fields.flatMap((field) => {
    const { oneofIndex } = field;
    if (oneofIndex === undefined || field.proto3Optional) return fieldLines(field, index, entries);
    if (done.has(oneofIndex)) return [];
    done.add(oneofIndex);
    return oneofLines(message, oneofIndex, index);
  });
  const body = [
    ...reservedLines(message.reserved, fieldNumberMax),
    ...fields,
    ...message.messages.filter(({ mapEntry }) => !mapEntry).flatMap((inner) => messageLines(inner, index)),
    ...message.enums.flatMap(enumLines),
  ];
  return [...commentLines(message.comment), ...block(`message ${message.name}`, body)];
}

function oneofLines({ fields, oneofs }: MessageDescriptor, place: number, index: TypeIndex): string[] {
  const oneof = oneofs[place];
  const members = fields.filter(({ oneofIndex, proto3Optional }) => oneofIndex === place && !proto3Optional);
  const body = members.flatMap((member) => fieldLines(member, index, new Map()));
  return [...commentLines(oneof?.comment ?? ""), ...block(`oneof ${oneof?.name ?? ""}`, body)];
}

function fieldLines(
  field: FieldDescriptor,
  index: TypeIndex,
  entries: ReadonlyMap<string, MessageDescriptor>,
): string[] {
  const { name, number, label, packed, jsonName, comment } = field;
  const entry =
    label === "repeated" ? entries.get(field.typeName.slice(field.typeName.lastIndexOf(".") + 1)) : undefined;
  const type = entry === undefined ? typeOf(field, index) : mapOf(entry, index);
  const isRepeated = label === "repeated" && entry === undefined;
  const before = isRepeated ? "repeated " : field.proto3Optional ? "optional " : "";
  const options = [
    ...(packed === undefined ? [] : [`packed = ${packed}`]),
    ...(jsonName === "" || jsonName === jsonNameOf(name) ? [] : [`json_name = ${quoted(jsonName)}`]),
  ];
  const after = options.length === 0 ? "" : ` [${options.join(", ")}]`;
  return [...commentLines(comment), `${before}${type} ${name} = ${number}${after};`];
}

function typeOf({ type, typeName }: FieldDescriptor, index: TypeIndex): string {
  return typeName === "" ? type : index.nameOf(typeName);
}

function mapOf({ fields }: MessageDescriptor, index: TypeIndex): string {
  const [key, value] = [1, 2].map((number) => fields.find((field) => field.number === number));
  const keyType = key === undefined ? "string" : typeOf(key, index);
  return `map<${keyType}, ${value === undefined ? "string" : typeOf(value, index)}>`;
}

function enumLines({ name, values, reserved, comment }: EnumDescriptor): string[] {
  const hasAliases = new Set(values.map(({ number }) => number)).size < values.length;
  const body = [
    ...(hasAliases ? ["option allow_alias = true;"] : []),
    ...reservedLines(reserved, 2 ** 31 - 1),
    ...values.flatMap((value) => [...commentLines(value.comment), `${value.name} = ${value.number};`]),
  ];
  return [...commentLines(comment), ...block(`enum ${name}`, body)];
}

function reservedLines(reserved: Reserved | undefined, max: number): string[] {
  if (reserved === undefined) return [];
  const ranges = reserved.ranges.map(({ first, last }) => {
    if (first === last) return String(first);
    return `${first} to ${last === max ? "max" : last}`;
  });
  const statements = [ranges, reserved.names.map(quoted)].filter((items) => items.length > 0);
  return statements.map((items) => `reserved ${items.join(", ")};`);
}

function block(head: string, body: readonly string[]): string[] {
  return body.length === 0 ? [`${head} {}`] : [`${head} {`, ...body.map((line) => `  ${line}`), "}"];
}

/** A comment in lines that no character of its text can end. */
function commentLines(comment: string): string[] {
  if (comment === "") return [];
  // oxlint-disable-next-line no-control-regex -- these are what is to go
  const clean = (line: string): string => line.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, " ").trimEnd();
  return comment.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((line) => `// ${clean(line)}`.trimEnd());
}

function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- protobuf takes octal escapes for them
  const escaped = text.replace(/["\\]/g, "\\$&").replace(/[\u0000-\u001f\u007f]/g, octal);
  return `"${escaped}"`;
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
