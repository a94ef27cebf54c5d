/**
 * The types of a kernel, linked: what a descriptor set names by strings becomes objects that refer to one another.
 *
 * Only what the service reaches is linked, so that an imported proto2 file does no harm. Links are
 * made from a list of work rather than by recursion: a chain of thousands of types must not exhaust the stack.
 */
import { HeddleError } from "../base/error.ts";
import type { FieldTypeName, MethodDescriptor, ServiceDescriptor } from "./descriptor.ts";
import { readDescriptorSet } from "./descriptor-read.ts";
import { createTypeLinker, type TypeLinker } from "./type-linker.ts";

/** A type of field that refers to no other type. */
export type ScalarType = Exclude<FieldTypeName, "group" | "message" | "enum">;

/** What every field has. */
interface FieldCommon {
  /** lower_snake_case name. */
  readonly name: string;
  /** Name in JSON and in JavaScript values. */
  readonly jsonName: string;
  readonly number: number;
  readonly repeated: boolean;
  /** Written as one length-delimited piece; only for repeated numbers, booleans and enums. */
  readonly packed: boolean;
  /** Absent and default are different things: messages, proto3 `optional`, members of a oneof. */
  readonly presence: boolean;
  /** Declared `optional`. */
  readonly optional: boolean;
  /** Name of the oneof the field is a member of, or "". */
  readonly oneof: string;
  readonly comment: string;
}

/** A field of a scalar type. */
export interface ScalarField extends FieldCommon {
  readonly kind: "scalar";
  readonly type: ScalarType;
}

/** A field of an enum type. */
export interface EnumField extends FieldCommon {
  readonly kind: "enum";
  readonly enum: EnumType;
}

/** A field of a message type. */
export interface MessageField extends FieldCommon {
  readonly kind: "message";
  readonly message: MessageType;
}

/** A field of a message. */
export type Field = ScalarField | EnumField | MessageField;

/** A message with its fields; types may refer to themselves. */
export interface MessageType {
  /** Name with its package, without a leading dot: `linalg.Matrix`. */
  readonly fullName: string;
  /** Fields by ascending number. */
  readonly fields: readonly Field[];
  /** The same fields by name and by JSON name. */
  readonly fieldsByName: ReadonlyMap<string, Field>;
  readonly fieldsByNumber: ReadonlyMap<number, Field>;
  /** The hidden entry of a `map<,>`: a field of this type, always repeated, is a map to people, keys to values. */
  readonly mapEntry: boolean;
  readonly comment: string;
}

/** An enum with its values. */
export interface EnumType {
  /** Name with its package, without a leading dot. */
  readonly fullName: string;
  readonly numbersByName: ReadonlyMap<string, number>;
  /** Of several names of one number, the first. */
  readonly namesByNumber: ReadonlyMap<number, string>;
  readonly comment: string;
}

/** A function of a kernel: a unary method of its service. */
export interface FunctionSchema {
  /** Name of the export of the module: the method's with a lower first letter, `solveLu`. */
  readonly name: string;
  /** Name of the method: `SolveLu`. */
  readonly method: string;
  readonly request: MessageType;
  readonly response: MessageType;
  readonly comment: string;
}

/** What a kernel offers. */
export interface KernelSchema {
  /** Protobuf package; for typed kernels, the kernel's name. */
  readonly package: string;
  /** Name of the service without the package: `LinalgService`. */
  readonly service: string;
  readonly functions: readonly FunctionSchema[];
  readonly comment: string;
  /** The descriptor set all this was read from. */
  readonly bytes: Uint8Array;
}

/**
 * Reads and links the schema of a kernel. Throws BAD_DESCRIPTOR when the set is malformed, has not exactly one
 * service, or uses something a kernel cannot have: streaming methods, groups, proto2.
 */
export function readKernelSchema(descriptorSet: Uint8Array): KernelSchema {
  const set = readDescriptorSet(descriptorSet);
  const found = set.files.flatMap((file) => file.services.map((service) => ({ file, service })));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = found.slice(0, 4).map(({ service }) => service.name);
    throw bad(`one service is needed; there ${names.length === 0 ? "is none" : `are ${names.join(", ")}`}`);
  }
  const { file, service } = only;
  const linker = createTypeLinker(set);
  const functions = linkFunctions(service, linker);
  linker.finish();
  return {
    package: file.package,
    service: service.name,
    functions,
    comment: service.comment,
    bytes: descriptorSet,
  };
}

function linkFunctions(service: ServiceDescriptor, linker: TypeLinker): FunctionSchema[] {
  if (service.methods.length === 0) throw bad(`service ${service.name} has no methods`);
  const names = new Set<string>();
  return service.methods.map((method) => {
    const name = method.name.charAt(0).toLowerCase() + method.name.slice(1);
    if (names.has(name)) throw bad(`service ${service.name} has two methods for the function "${name}"`);
    names.add(name);
    return linkFunction(name, method, `${service.name}.${method.name}`, linker);
  });
}

function linkFunction(
  name: string,
  method: MethodDescriptor,
  label: string,
  linker: TypeLinker,
): FunctionSchema {
  if (method.clientStreaming || method.serverStreaming) {
    throw bad(`method ${label} is streaming; a kernel's methods take one message and return one`);
  }
  const request = linker.message(method.inputType, `method ${label}`);
  const response = linker.message(method.outputType, `method ${label}`);
  return { name, method: method.name, request, response, comment: method.comment };
}

function bad(said: string): HeddleError {
  return new HeddleError("BAD_DESCRIPTOR", `descriptor: ${said}`);
}
