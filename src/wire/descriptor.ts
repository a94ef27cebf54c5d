/**
 * What a `google.protobuf.FileDescriptorSet` says, as plain data: the part of it that a proto3 service needs.
 * Every element carries its leading comment, which the wire format keeps apart in `SourceCodeInfo`.
 *
 * Reader and writer (`descriptor-read.ts`, `descriptor-write.ts`) are our own: schemas come with uploaded modules, and
 * nothing may be generated as code from their names, nor may a name like `__proto__` become a key of an object.
 * Elements are therefore in lists only.
 */
/** The scalar types of proto3 with their `FieldDescriptorProto.Type` numbers, and the three that refer to others. */
export const fieldTypeNumbers = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
} as const;

/** The name of a field's type as a `.proto` file writes it; "message" and "enum" go with a `typeName`. */
export type FieldTypeName = keyof typeof fieldTypeNumbers;

/** How often a field may occur, with the `FieldDescriptorProto.Label` numbers. */
export const fieldLabelNumbers = { optional: 1, required: 2, repeated: 3 } as const;

/** How often a field may occur. In proto3 every singular field is "optional". */
export type FieldLabel = keyof typeof fieldLabelNumbers;

/** A set of files that refer to one another. */
export interface FileDescriptorSet {
  readonly files: readonly FileDescriptor[];
}

/** One `.proto` file. */
export interface FileDescriptor {
  /** Path as imports name it: `linalg.proto`. */
  readonly name: string;
  /** Package, or "". */
  readonly package: string;
  /** "proto3"; "" and "proto2" mean the older language. */
  readonly syntax: string;
  /** Names of imported files. */
  readonly dependencies: readonly string[];
  readonly messages: readonly MessageDescriptor[];
  readonly enums: readonly EnumDescriptor[];
  readonly services: readonly ServiceDescriptor[];
  /** The comment over the package line. */
  readonly comment: string;
}

/** A message and what is declared inside it. */
export interface MessageDescriptor {
  readonly name: string;
  readonly fields: readonly FieldDescriptor[];
  readonly messages: readonly MessageDescriptor[];
  readonly enums: readonly EnumDescriptor[];
  /** Oneofs by their index; a proto3 `optional` field has a synthetic one of its own, after the real ones. */
  readonly oneofs: readonly OneofDescriptor[];
  /** True for the hidden entry type of a `map<,>` field. */
  readonly mapEntry: boolean;
  /** Numbers and names that fields must not take again; absent when there are none. */
  readonly reserved?: Reserved;
  readonly comment: string;
}

/** What the elements of a message or an enum must not use again. */
export interface Reserved {
  readonly ranges: readonly NumberRange[];
  readonly names: readonly string[];
}

/** Numbers from the first to the last, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** A field of a message. */
export interface FieldDescriptor {
  /** lower_snake_case name. */
  readonly name: string;
  readonly number: number;
  readonly label: FieldLabel;
  readonly type: FieldTypeName;
  /** For "message" and "enum": full name with a leading dot, `.linalg.Matrix`; otherwise "". */
  readonly typeName: string;
  /** Name in JSON; "" leaves it out, and readers then derive it with `jsonNameOf`. */
  readonly jsonName: string;
  /** The `packed` option where it is given; absent means what the syntax says. */
  readonly packed?: boolean;
  /** Declared `optional` in proto3. */
  readonly proto3Optional: boolean;
  /** Index of the oneof the field is in. */
  readonly oneofIndex?: number;
  readonly comment: string;
}

/** A oneof of a message. */
export interface OneofDescriptor {
  readonly name: string;
  readonly comment: string;
}

/** An enum. */
export interface EnumDescriptor {
  readonly name: string;
  readonly values: readonly EnumValueDescriptor[];
  /** Numbers and names that values must not take again; absent when there are none. */
  readonly reserved?: Reserved;
  readonly comment: string;
}

/** A value of an enum. */
export interface EnumValueDescriptor {
  readonly name: string;
  readonly number: number;
  readonly comment: string;
}

/** A service. */
export interface ServiceDescriptor {
  readonly name: string;
  readonly methods: readonly MethodDescriptor[];
  readonly comment: string;
}

/** A method of a service. */
export interface MethodDescriptor {
  /** PascalCase name. */
  readonly name: string;
  /** Full name with a leading dot: `.linalg.MatmulRequest`. */
  readonly inputType: string;
  /** Full name with a leading dot: `.linalg.MatmulResponse`. */
  readonly outputType: string;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
  readonly comment: string;
}

/** The JSON name protoc derives from a field's name: underscores go, the letter after each becomes a capital. */
export function jsonNameOf(name: string): string {
  return name.replace(/_+([^_]?)/g, (_all, next: string) => next.toUpperCase());
}
