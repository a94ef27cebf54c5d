import { ByteWriter } from "./byte-writer.ts";
import {
  fieldLabelNumbers,
  fieldTypeNumbers,
  type EnumDescriptor,
  type FieldDescriptor,
  type FileDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
  type Reserved,
  type ServiceDescriptor,
} from "./descriptor.ts";
import { WireType } from "./varint.ts";

/** Where an element stands in its file, as field numbers and indices, with its comment. */
interface Location {
  readonly path: readonly number[];
  readonly comment: string;
}

/**
 * Writes a FileDescriptorSet in the protobuf wire format. Nothing is checked or added: what is read back equals what
 * was given, but for white space at the ends of comments.
 */
export function writeDescriptorSet(set: FileDescriptorSet): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(1024);
  for (const file of set.files) nested(writer, 1, () => writeFile(writer, file));
  return writer.finish();
}

function nested(writer: ByteWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LENGTH);
  writer.delimited(write);
}

function text(writer: ByteWriter, field: number, value: string): void {
  if (value === "") return;
  writer.tag(field, WireType.LENGTH);
  writer.string(value);
}

function integer(writer: ByteWriter, field: number, value: number): void {
  writer.tag(field, WireType.VARINT);
  writer.int32(value);
}

function flag(writer: ByteWriter, field: number, value: boolean): void {
  if (value) integer(writer, field, 1);
}

function writeFile(writer: ByteWriter, file: FileDescriptor): void {
  const locations: Location[] = [{ path: [2], comment: file.comment }];
  text(writer, 1, file.name);
  text(writer, 2, file.package);
  for (const name of file.dependencies) {
    writer.tag(3, WireType.LENGTH);
    writer.string(name);
  }
  file.messages.forEach((message, index) =>
    nested(writer, 4, () => writeMessage(writer, message, [4, index], locations)),
  );
  file.enums.forEach((type, index) =>
    nested(writer, 5, () => writeEnum(writer, type, [5, index], locations)),
  );
  file.services.forEach((service, index) =>
    nested(writer, 6, () => writeService(writer, service, [6, index], locations)),
  );
  const commented = locations.filter((location) => location.comment !== "");
  if (commented.length > 0) {
    nested(writer, 9, () => {
      for (const location of commented) nested(writer, 1, () => writeLocation(writer, location));
    });
  }
  text(writer, 12, file.syntax);
}

function writeMessage(
  writer: ByteWriter,
  message: MessageDescriptor,
  path: readonly number[],
  locations: Location[],
): void {
  locations.push({ path, comment: message.comment });
  text(writer, 1, message.name);
  message.fields.forEach((field, index) => {
    locations.push({ path: [...path, 2, index], comment: field.comment });
    nested(writer, 2, () => writeField(writer, field));
  });
  message.messages.forEach((inner, index) =>
    nested(writer, 3, () => writeMessage(writer, inner, [...path, 3, index], locations)),
  );
  message.enums.forEach((type, index) =>
    nested(writer, 4, () => writeEnum(writer, type, [...path, 4, index], locations)),
  );
  if (message.mapEntry) nested(writer, 7, () => flag(writer, 7, true));
  message.oneofs.forEach((oneof, index) => {
    locations.push({ path: [...path, 8, index], comment: oneof.comment });
    nested(writer, 8, () => text(writer, 1, oneof.name));
  });
  // The end of a message's range is the number after it, that of an enum's range is in it.
  writeReserved(writer, message.reserved, { ranges: 9, names: 10, beyond: 1 });
}

function writeReserved(
  writer: ByteWriter,
  reserved: Reserved | undefined,
  fields: { readonly ranges: number; readonly names: number; readonly beyond: number },
): void {
  for (const { first, last } of reserved?.ranges ?? []) {
    nested(writer, fields.ranges, () => {
      integer(writer, 1, first);
      integer(writer, 2, last + fields.beyond);
    });
  }
  for (const name of reserved?.names ?? []) text(writer, fields.names, name);
}

function writeField(writer: ByteWriter, field: FieldDescriptor): void {
  text(writer, 1, field.name);
  integer(writer, 3, field.number);
  integer(writer, 4, fieldLabelNumbers[field.label]);
  integer(writer, 5, fieldTypeNumbers[field.type]);
  text(writer, 6, field.typeName);
  const { packed, oneofIndex } = field;
  if (packed !== undefined) nested(writer, 8, () => integer(writer, 2, packed ? 1 : 0));
  if (oneofIndex !== undefined) integer(writer, 9, oneofIndex);
  text(writer, 10, field.jsonName);
  flag(writer, 17, field.proto3Optional);
}

function writeEnum(
  writer: ByteWriter,
  type: EnumDescriptor,
  path: readonly number[],
  locations: Location[],
): void {
  locations.push({ path, comment: type.comment });
  text(writer, 1, type.name);
  type.values.forEach((value, index) => {
    locations.push({ path: [...path, 2, index], comment: value.comment });
    nested(writer, 2, () => {
      text(writer, 1, value.name);
      integer(writer, 2, value.number);
    });
  });
  writeReserved(writer, type.reserved, { ranges: 4, names: 5, beyond: 0 });
}

function writeService(
  writer: ByteWriter,
  service: ServiceDescriptor,
  path: readonly number[],
  locations: Location[],
): void {
  locations.push({ path, comment: service.comment });
  text(writer, 1, service.name);
  service.methods.forEach((method, index) => {
    locations.push({ path: [...path, 2, index], comment: method.comment });
    nested(writer, 2, () => {
      text(writer, 1, method.name);
      text(writer, 2, method.inputType);
      text(writer, 3, method.outputType);
      flag(writer, 5, method.clientStreaming);
      flag(writer, 6, method.serverStreaming);
    });
  });
}

/** A location without a place in a source: its span is zero, its comment laid out as protoc keeps `//` comments. */
function writeLocation(writer: ByteWriter, { path, comment }: Location): void {
  nested(writer, 1, () => {
    for (const step of path) writer.varint(step);
  });
  nested(writer, 2, () => writer.raw(new Uint8Array(3)));
  const lines = comment.split("\n").map((line) => (line === "" ? "\n" : ` ${line}\n`));
  text(writer, 3, lines.join(""));
}
