/** From what the stock library parsed to our descriptors. */
import protobuf from "protobufjs";
import { HeddleError } from "../base/error.ts";
import {
  fieldTypeNumbers,
  jsonNameOf,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldTypeName,
  type FileDescriptor,
  type MessageDescriptor,
  type OneofDescriptor,
  type ServiceDescriptor,
} from "../wire/descriptor.ts";

/** Everything a package declares. Throws BAD_DESCRIPTOR for extensions and packages inside it. */
export function describeNamespace(
  space: protobuf.Namespace,
): Pick<FileDescriptor, "messages" | "enums" | "services"> {
  const messages: MessageDescriptor[] = [];
  const enums: EnumDescriptor[] = [];
  const services: ServiceDescriptor[] = [];
  for (const item of space.nestedArray) {
    if (item instanceof protobuf.Type) messages.push(describeMessage(item));
    else if (item instanceof protobuf.Enum) enums.push(describeEnum(item));
    else if (item instanceof protobuf.Service) services.push(describeService(item));
    else throw unsupported(item);
  }
  return { messages, enums, services };
}

function describeMessage(type: protobuf.Type): MessageDescriptor {
  const messages: MessageDescriptor[] = [];
  const enums: EnumDescriptor[] = [];
  for (const item of type.nestedArray) {
    if (item instanceof protobuf.Type) messages.push(describeMessage(item));
    else if (item instanceof protobuf.Enum) enums.push(describeEnum(item));
    else throw unsupported(item);
  }
  const oneofs = type.oneofsArray.toSorted((a, b) => Number(isSynthetic(a)) - Number(isSynthetic(b)));
  const fields = type.fieldsArray.map((field) => {
    field.resolve();
    if (field instanceof protobuf.MapField) messages.push(describeEntry(field));
    return describeField(type, field, oneofs);
  });
  const described = oneofs.map(({ name, comment }): OneofDescriptor => ({ name, comment: comment ?? "" }));
  return {
    name: type.name,
    fields,
    messages,
    enums,
    oneofs: described,
    mapEntry: false,
    comment: type.comment ?? "",
  };
}

function describeField(
  type: protobuf.Type,
  field: protobuf.Field,
  oneofs: readonly protobuf.OneOf[],
): FieldDescriptor {
  const optional = field.options?.["proto3_optional"] === true;
  const packed: unknown = field.options?.["packed"];
  const jsonName: unknown = field.options?.["json_name"];
  const map = field instanceof protobuf.MapField;
  const oneofIndex = field.partOf === null ? -1 : oneofs.indexOf(field.partOf);
  return {
    name: field.name,
    number: field.id,
    label: field.repeated || map ? "repeated" : field.required ? "required" : "optional",
    ...(map ? { type: "message", typeName: `${type.fullName}.${entryName(field.name)}` } : typeOf(field)),
    jsonName: typeof jsonName === "string" ? jsonName : jsonNameOf(field.name),
    proto3Optional: optional,
    comment: field.comment ?? "",
    ...(typeof packed === "boolean" ? { packed } : {}),
    ...(oneofIndex < 0 ? {} : { oneofIndex }),
  };
}

function typeOf(field: protobuf.FieldBase): Pick<FieldDescriptor, "type" | "typeName"> {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) return { type: "enum", typeName: resolvedType.fullName };
  if (resolvedType instanceof protobuf.Type) return { type: "message", typeName: resolvedType.fullName };
  // The cast: what resolves to no type of the file is a scalar, by the grammar.
  if (Object.hasOwn(fieldTypeNumbers, type)) return { type: type as FieldTypeName, typeName: "" };
  throw new HeddleError("BAD_DESCRIPTOR", `field ${field.fullName.slice(1)} has the unknown type ${type}`);
}

/** The hidden message of a map, named as protoc does. */
function describeEntry(field: protobuf.MapField): MessageDescriptor {
  const plain = { label: "optional", proto3Optional: false, comment: "" } as const;
  const keyType = field.keyType as FieldTypeName; // by the grammar
  const fields: FieldDescriptor[] = [
    { name: "key", number: 1, jsonName: "key", type: keyType, typeName: "", ...plain },
    { name: "value", number: 2, jsonName: "value", ...typeOf(field), ...plain },
  ];
  const rest = { messages: [], enums: [], oneofs: [], mapEntry: true, comment: "" };
  return { name: entryName(field.name), fields, ...rest };
}

function entryName(field: string): string {
  return `${field.replace(/(?:^|_+)([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase())}Entry`;
}

function describeEnum(type: protobuf.Enum): EnumDescriptor {
  const comments = type.comments as Readonly<Record<string, string | null>>; // null where there is none
  const values = Object.entries(type.values).map(([name, number]) => ({
    name,
    number,
    comment: comments[name] ?? "",
  }));
  return { name: type.name, values, comment: type.comment ?? "" };
}

function describeService(service: protobuf.Service): ServiceDescriptor {
  const methods = service.methodsArray.map((method) => {
    method.resolve();
    return {
      name: method.name,
      inputType: method.resolvedRequestType?.fullName ?? "",
      outputType: method.resolvedResponseType?.fullName ?? "",
      clientStreaming: method.requestStream === true,
      serverStreaming: method.responseStream === true,
      comment: method.comment ?? "",
    };
  });
  return { name: service.name, methods, comment: service.comment ?? "" };
}

/** Made by the parser for a field that is declared `optional`. */
function isSynthetic(oneof: protobuf.OneOf): boolean {
  return oneof.fieldsArray.some((field) => field.options?.["proto3_optional"] === true);
}

function unsupported(item: protobuf.ReflectionObject): HeddleError {
  const what = item instanceof protobuf.Field ? "an extension" : "a package inside the kernel's package";
  return new HeddleError(
    "BAD_DESCRIPTOR",
    `${item.fullName.slice(1)} is ${what}, which a kernel cannot have`,
  );
}
