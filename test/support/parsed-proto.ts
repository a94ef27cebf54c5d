/** What protobufjs, an independent implementation, makes of the text of a `.proto` file, as one of our descriptors. */
import protobuf from "protobufjs";
import {
  fieldTypeNumbers,
  jsonNameOf,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldTypeName,
  type FileDescriptor,
  type MessageDescriptor,
  type Reserved,
  type ServiceDescriptor,
} from "../../src/wire/descriptor.ts";

/** Parses the text of one file. */
export function parsedProto(text: string, name = "test.proto"): FileDescriptor {
  const options = { keepCase: true, alternateCommentMode: true };
  const { root, package: packageName, imports } = protobuf.parse(text, new protobuf.Root(), options);
  root.resolveAll();
  const scope = packageName === undefined ? root : root.lookup(packageName);
  if (!(scope instanceof protobuf.Namespace)) throw new Error("the package is not there");
  return {
    name,
    package: packageName ?? "",
    syntax: "proto3",
    dependencies: imports ?? [],
    ...typesOf(scope),
    services: scope.nestedArray.filter((nested) => nested instanceof protobuf.Service).map(serviceOf),
    comment: "",
  };
}

function typesOf(scope: protobuf.Namespace) {
  return {
    messages: scope.nestedArray.filter((nested) => nested instanceof protobuf.Type).map(messageOf),
    enums: scope.nestedArray.filter((nested) => nested instanceof protobuf.Enum).map(enumOf),
  };
}

function serviceOf({ name, methodsArray, comment }: protobuf.Service): ServiceDescriptor {
  const methods = methodsArray.map((method) => ({
    name: method.name,
    inputType: method.resolvedRequestType?.fullName ?? "",
    outputType: method.resolvedResponseType?.fullName ?? "",
    clientStreaming: method.requestStream === true,
    serverStreaming: method.responseStream === true,
    comment: method.comment ?? "",
  }));
  return { name, methods, comment: comment ?? "" };
}

function messageOf(type: protobuf.Type): MessageDescriptor {
  const oneofs = type.oneofsArray.map(({ name, comment }) => ({ name, comment: comment ?? "" }));
  return {
    name: type.name,
    fields: type.fieldsArray.map((field) => fieldOf(field, type)),
    oneofs,
    ...typesOf(type),
    mapEntry: false,
    ...reservedOf(type.reserved),
    comment: type.comment ?? "",
  };
}

function fieldOf(field: protobuf.Field, type: protobuf.Type): FieldDescriptor {
  const resolved = field.resolvedType;
  const scalar = Object.keys(fieldTypeNumbers).find((known) => known === field.type);
  const kind = resolved === null ? scalar : resolved instanceof protobuf.Enum ? "enum" : "message";
  if (kind === undefined) throw new Error(`the type ${field.type} is unknown`);
  const options: Readonly<Record<string, unknown>> = field.options ?? {};
  const map = field instanceof protobuf.MapField ? `map<${field.keyType}>` : "";
  return {
    name: field.name,
    number: field.id,
    label: field.repeated ? "repeated" : "optional",
    type: kind as FieldTypeName, // a key of the table
    typeName: `${map}${resolved?.fullName ?? ""}`,
    jsonName: String(options["json_name"] ?? jsonNameOf(field.name)),
    proto3Optional: options["proto3_optional"] === true,
    ...(options["packed"] === undefined ? {} : { packed: options["packed"] === true }),
    ...(field.partOf === null ? {} : { oneofIndex: type.oneofsArray.indexOf(field.partOf) }),
    comment: field.comment ?? "",
  };
}

function enumOf({ name, values, comments, reserved, comment }: protobuf.Enum): EnumDescriptor {
  const listed = Object.entries(values).map(([value, number]) => ({
    name: value,
    number,
    comment: comments[value] ?? "",
  }));
  return { name, values: listed, ...reservedOf(reserved), comment: comment ?? "" };
}

function reservedOf(reserved: readonly (number[] | string)[] | undefined): { reserved?: Reserved } {
  if (reserved === undefined || reserved.length === 0) return {};
  const ranges = reserved.flatMap((item) =>
    typeof item === "string" ? [] : [{ first: item[0] ?? 0, last: item[1] ?? 0 }],
  );
  return { reserved: { ranges, names: reserved.filter((item) => typeof item === "string") } };
}
