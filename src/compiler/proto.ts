/** The interface of a kernel as a file descriptor: one package, one service, a request and a response per function. */
import {
  jsonNameOf,
  type FieldDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
  type MethodDescriptor,
} from "../wire/descriptor.ts";
import { pascalCase } from "./names.ts";
import type { ElementShape, FieldShape, FunctionShape, KernelInterface } from "./shapes.ts";

/** Describes a kernel's service. */
export function describeInterface(kernel: KernelInterface): FileDescriptorSet {
  const { name, comment } = kernel;
  const messages = [
    ...kernel.functions.flatMap((each) => [requestOf(name, each), responseOf(name, each)]),
    ...kernel.messages.map((each) => message(name, each.name, each.fields, each.comment)),
  ];
  const service = { name: `${pascalCase(name)}Service`, methods: kernel.functions.map(methodOf), comment };
  const enums = kernel.enums;
  const file = { name: `${name}.proto`, package: name, syntax: "proto3", dependencies: [], comment: "" };
  return { files: [{ ...file, messages, enums, services: [service] }] };

  function methodOf({ method, comment: said }: FunctionShape): MethodDescriptor {
    const inputType = `.${name}.${method}Request`;
    const outputType = `.${name}.${method}Response`;
    return {
      name: method,
      inputType,
      outputType,
      clientStreaming: false,
      serverStreaming: false,
      comment: said,
    };
  }
}

function requestOf(kernel: string, { name, method, parameters }: FunctionShape): MessageDescriptor {
  return message(kernel, `${method}Request`, parameters, `Parameters of ${name}.`);
}

function responseOf(kernel: string, { name, method, result }: FunctionShape): MessageDescriptor {
  const fields = result === null ? [] : [result];
  return message(kernel, `${method}Response`, fields, `Result of ${name}.`);
}

/**
 * A message. A field that may start at something other than zero is `optional`, so that zero can be said; so is one that
 * may be null, which nothing but the declaration shows of a message.
 */
function message(
  kernel: string,
  name: string,
  shapes: readonly FieldShape[],
  comment: string,
): MessageDescriptor {
  const oneofs: { name: string; comment: string }[] = [];
  const fields = shapes.map((shape): FieldDescriptor => {
    const plain = fieldOf(kernel, shape);
    if (!hasPresence(shape) && !isNullable(shape)) return plain;
    oneofs.push({ name: `_${shape.name}`, comment: "" });
    return { ...plain, proto3Optional: true, oneofIndex: oneofs.length - 1 };
  });
  return { name, fields, messages: [], enums: [], oneofs, mapEntry: false, comment };
}

/** Whether absent and zero are different things for a field that is not a message. */
export function hasPresence({ type, initialized }: FieldShape): boolean {
  return initialized && type.kind === "one" && type.element.kind !== "message";
}

function isNullable({ type }: FieldShape): boolean {
  return type.kind === "one" && type.nullable;
}

function fieldOf(kernel: string, { name, number, type, comment }: FieldShape): FieldDescriptor {
  const common = { name, number, jsonName: jsonNameOf(name), proto3Optional: false, comment };
  if (type.kind === "bulk") return { ...common, label: "repeated", type: type.row.proto, typeName: "" };
  return {
    ...common,
    label: type.kind === "list" ? "repeated" : "optional",
    ...typeOf(kernel, type.element),
  };
}

function typeOf(kernel: string, element: ElementShape): Pick<FieldDescriptor, "type" | "typeName"> {
  if (element.kind === "scalar") return { type: element.row.proto, typeName: "" };
  return { type: element.kind, typeName: `.${kernel}.${element.name}` };
}
