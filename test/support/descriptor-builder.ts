import type {
  FieldDescriptor,
  FieldTypeName,
  FileDescriptor,
  FileDescriptorSet,
  MessageDescriptor,
  MethodDescriptor,
} from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { readKernelSchema, type MessageType } from "../../src/wire/schema.ts";

/** A singular proto3 field without extras. */
export function fieldOf(
  name: string,
  number: number,
  type: FieldTypeName,
  extra: Partial<FieldDescriptor> = {},
): FieldDescriptor {
  const plain = {
    label: "optional",
    typeName: "",
    jsonName: "",
    proto3Optional: false,
    comment: "",
  } as const;
  return { name, number, type, ...plain, ...extra };
}

/** A message with nothing but fields. */
export function messageOf(
  name: string,
  fields: readonly FieldDescriptor[],
  extra: Partial<MessageDescriptor> = {},
): MessageDescriptor {
  return { name, fields, messages: [], enums: [], oneofs: [], mapEntry: false, comment: "", ...extra };
}

/** A unary method. */
export function methodOf(
  name: string,
  inputType: string,
  outputType: string,
  extra: Partial<MethodDescriptor> = {},
): MethodDescriptor {
  const unary = { clientStreaming: false, serverStreaming: false, comment: "" };
  return { name, inputType, outputType, ...unary, ...extra };
}

/** One file `test.proto` of package `test`, with a service whose one method takes and returns the first message. */
export function setOf(
  messages: readonly MessageDescriptor[],
  extra: Partial<FileDescriptor> = {},
): FileDescriptorSet {
  const type = `.test.${messages[0]?.name ?? ""}`;
  const service = { name: "TestService", methods: [methodOf("Call", type, type)], comment: "" };
  const file: FileDescriptor = {
    name: "test.proto",
    package: "test",
    syntax: "proto3",
    dependencies: [],
    messages,
    enums: [],
    services: [service],
    comment: "",
    ...extra,
  };
  return { files: [file] };
}

/** The linked type of the first message of a set made by `setOf`. */
export function linkedType(set: FileDescriptorSet): MessageType {
  const [only] = readKernelSchema(writeDescriptorSet(set)).functions;
  if (only === undefined) throw new Error("setOf makes one function");
  return only.request;
}

/** The linked type of a message with these fields, called `test.Thing`. */
export function typeWith(
  fields: readonly FieldDescriptor[],
  extra: Partial<FileDescriptor> = {},
): MessageType {
  return linkedType(setOf([messageOf("Thing", fields)], extra));
}
