/** Descriptors that are not written by an author but follow from what a module exports. */
import {
  jsonNameOf,
  type FieldDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
} from "../wire/descriptor.ts";
import type { ScalarType } from "../wire/schema.ts";

/** A message without its name, which follows from the function's. */
export interface MessageParts {
  readonly fields: readonly FieldDescriptor[];
  /** Messages declared inside it. */
  readonly messages?: readonly MessageDescriptor[];
}

/** A function of a service. */
export interface ServiceFunction {
  readonly name: string;
  readonly comment: string;
  readonly request: MessageParts;
  readonly response: MessageParts;
}

/** A field of a scalar type. */
export function plainField(name: string, number: number, type: ScalarType, comment = ""): FieldDescriptor {
  const common = { name, number, type, typeName: "", jsonName: jsonNameOf(name), proto3Optional: false };
  return { ...common, label: "optional", comment };
}

/** A message by its parts. */
export function plainMessage(
  name: string,
  { fields, messages = [] }: MessageParts,
  mapEntry = false,
): MessageDescriptor {
  return { name, fields, messages, enums: [], oneofs: [], mapEntry, comment: "" };
}

/** `linear_algebra` → `LinearAlgebraService`. */
export function serviceNameOf(kernel: string): string {
  return `${kernel.replace(/(?:^|_)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())}Service`;
}

/** The service of a kernel: package and file are named after it, messages after the functions. */
export function describeService(kernel: string, functions: readonly ServiceFunction[]): FileDescriptorSet {
  const methodOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
  const messages = functions.flatMap(({ name, request, response }) => [
    plainMessage(`${methodOf(name)}Request`, request),
    plainMessage(`${methodOf(name)}Response`, response),
  ]);
  const methods = functions.map(({ name, comment }) => ({
    name: methodOf(name),
    inputType: `.${kernel}.${methodOf(name)}Request`,
    outputType: `.${kernel}.${methodOf(name)}Response`,
    clientStreaming: false,
    serverStreaming: false,
    comment,
  }));
  const service = { name: serviceNameOf(kernel), methods, comment: "" };
  const file = { name: `${kernel}.proto`, package: kernel, syntax: "proto3", dependencies: [], comment: "" };
  return { files: [{ ...file, messages, enums: [], services: [service] }] };
}
