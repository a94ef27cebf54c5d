import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { readComments, type Comments } from "./descriptor-comments.ts";
import { ElementReader } from "./element-reader.ts";
import {
  fieldLabelNumbers,
  fieldTypeNumbers,
  type EnumDescriptor,
  type EnumValueDescriptor,
  type FieldDescriptor,
  type FieldLabel,
  type FieldTypeName,
  type FileDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
  type MethodDescriptor,
  type NumberRange,
  type OneofDescriptor,
  type Reserved,
  type ServiceDescriptor,
} from "./descriptor.ts";

// The two casts: the keys of these tables are the members of the union, which Object.entries forgets.
const typeNames = new Map(
  Object.entries(fieldTypeNumbers).map(([name, value]) => [value, name as FieldTypeName]),
);
const labels = new Map(Object.entries(fieldLabelNumbers).map(([name, value]) => [value, name as FieldLabel]));

/**
 * Reads a FileDescriptorSet. Throws BAD_DESCRIPTOR when the bytes are malformed, too many or nested too deep, or a
 * name is no identifier. Options, extensions and whatever else is not in `FileDescriptorSet` is skipped. Whether types
 * are there and fit together is for `readKernelSchema` to say.
 */
export function readDescriptorSet(bytes: Uint8Array): FileDescriptorSet {
  if (bytes.length > limits.descriptorMaxBytes) {
    const most = `at most ${limits.descriptorMaxBytes} are allowed`;
    throw new HeddleError("BAD_DESCRIPTOR", `descriptor: ${bytes.length} bytes are too many; ${most}`);
  }
  const reader = new ElementReader(bytes);
  const files: FileDescriptor[] = [];
  reader.each((field) => {
    if (field === 1) files.push(reader.nested(() => readFile(reader)));
  });
  return { files };
}

function readFile(reader: ElementReader): FileDescriptor {
  const comments = readComments(reader);
  let name = "";
  let packageName = "";
  let syntax = "";
  const dependencies: string[] = [];
  const messages: MessageDescriptor[] = [];
  const enums: EnumDescriptor[] = [];
  const services: ServiceDescriptor[] = [];
  reader.each((field) => {
    if (field === 1) name = reader.text("file name");
    else if (field === 2) packageName = reader.dottedName("package");
    else if (field === 3) dependencies.push(reader.text("dependency"));
    else if (field === 4) messages.push(readMessage(reader, comments, `4,${messages.length}`, 1));
    else if (field === 5) enums.push(readEnum(reader, comments, `5,${enums.length}`));
    else if (field === 6) services.push(readService(reader, comments, `6,${services.length}`));
    else if (field === 12) syntax = reader.text("syntax");
  });
  const comment = comments.get("2") ?? "";
  return { name, package: packageName, syntax, dependencies, messages, enums, services, comment };
}

function readMessage(
  reader: ElementReader,
  comments: Comments,
  path: string,
  depth: number,
): MessageDescriptor {
  if (depth > limits.nestingMax) reader.fail(`messages nested deeper than ${limits.nestingMax}`);
  let name = "";
  let mapEntry = false;
  const fields: FieldDescriptor[] = [];
  const messages: MessageDescriptor[] = [];
  const enums: EnumDescriptor[] = [];
  const oneofs: OneofDescriptor[] = [];
  const ranges: NumberRange[] = [];
  const names: string[] = [];
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("message");
      else if (field === 2) fields.push(readField(reader, comments, `${path},2,${fields.length}`));
      else if (field === 3) {
        messages.push(readMessage(reader, comments, `${path},3,${messages.length}`, depth + 1));
      } else if (field === 4) enums.push(readEnum(reader, comments, `${path},4,${enums.length}`));
      else if (field === 7) {
        reader.nested(() =>
          reader.each((option) => {
            if (option === 7) mapEntry = reader.flag();
          }),
        );
      } else if (field === 8) oneofs.push(readOneof(reader, comments, `${path},8,${oneofs.length}`));
      else if (field === 9) ranges.push(readRange(reader, 1));
      else if (field === 10) names.push(reader.name("reserved field"));
    }),
  );
  reader.mustHave("message", name);
  const comment = comments.get(path) ?? "";
  return { name, fields, messages, enums, oneofs, mapEntry, ...reservedOf(ranges, names), comment };
}

/** A reserved range; its end is `beyond` past its last number. */
function readRange(reader: ElementReader, beyond: number): NumberRange {
  let first = 0;
  let end = 0;
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) first = reader.integer();
      else if (field === 2) end = reader.integer();
    }),
  );
  return { first, last: end - beyond };
}

function reservedOf(ranges: readonly NumberRange[], names: readonly string[]): { reserved?: Reserved } {
  return ranges.length + names.length === 0 ? {} : { reserved: { ranges, names } };
}

function readField(reader: ElementReader, comments: Comments, path: string): FieldDescriptor {
  let name = "";
  let number = 0;
  let label: FieldLabel = "optional";
  let type: FieldTypeName | undefined;
  let typeName = "";
  let jsonName = "";
  let packed: boolean | undefined;
  let oneofIndex: number | undefined;
  let proto3Optional = false;
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("field");
      else if (field === 3) number = reader.integer();
      else if (field === 4) label = known(reader, labels, "label");
      else if (field === 5) type = known(reader, typeNames, "type");
      else if (field === 6) typeName = reader.dottedName("type name");
      else if (field === 8) packed = readPacked(reader) ?? packed;
      else if (field === 9) oneofIndex = reader.integer();
      else if (field === 10) jsonName = reader.text("JSON name");
      else if (field === 17) proto3Optional = reader.flag();
    }),
  );
  reader.mustHave("field", name);
  if (type === undefined) reader.fail(`field "${name}" has no type`);
  const comment = comments.get(path) ?? "";
  const wanted = { name, number, label, type, typeName, jsonName, proto3Optional, comment };
  return {
    ...wanted,
    ...(packed === undefined ? {} : { packed }),
    ...(oneofIndex === undefined ? {} : { oneofIndex }),
  };
}

function known<T>(reader: ElementReader, table: ReadonlyMap<number, T>, what: string): T {
  const value = reader.integer();
  return table.get(value) ?? reader.fail(`a field has the ${what} ${value}, which does not exist`);
}

function readPacked(reader: ElementReader): boolean | undefined {
  let packed: boolean | undefined;
  reader.nested(() =>
    reader.each((option) => {
      if (option === 2) packed = reader.flag();
    }),
  );
  return packed;
}

function readOneof(reader: ElementReader, comments: Comments, path: string): OneofDescriptor {
  let name = "";
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("oneof");
    }),
  );
  reader.mustHave("oneof", name);
  return { name, comment: comments.get(path) ?? "" };
}

function readEnum(reader: ElementReader, comments: Comments, path: string): EnumDescriptor {
  let name = "";
  const values: EnumValueDescriptor[] = [];
  const ranges: NumberRange[] = [];
  const names: string[] = [];
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("enum");
      else if (field === 2) values.push(readEnumValue(reader, comments, `${path},2,${values.length}`));
      else if (field === 4) ranges.push(readRange(reader, 0));
      else if (field === 5) names.push(reader.name("reserved value"));
    }),
  );
  reader.mustHave("enum", name);
  return { name, values, ...reservedOf(ranges, names), comment: comments.get(path) ?? "" };
}

function readEnumValue(reader: ElementReader, comments: Comments, path: string): EnumValueDescriptor {
  let name = "";
  let number = 0;
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("enum value");
      else if (field === 2) number = reader.integer();
    }),
  );
  reader.mustHave("enum value", name);
  return { name, number, comment: comments.get(path) ?? "" };
}

function readService(reader: ElementReader, comments: Comments, path: string): ServiceDescriptor {
  let name = "";
  const methods: MethodDescriptor[] = [];
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("service");
      else if (field === 2) {
        if (methods.length >= limits.functionsMax)
          reader.fail(`a service has more than ${limits.functionsMax} methods`);
        methods.push(readMethod(reader, comments, `${path},2,${methods.length}`));
      }
    }),
  );
  reader.mustHave("service", name);
  return { name, methods, comment: comments.get(path) ?? "" };
}

function readMethod(reader: ElementReader, comments: Comments, path: string): MethodDescriptor {
  let name = "";
  let inputType = "";
  let outputType = "";
  let clientStreaming = false;
  let serverStreaming = false;
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) name = reader.name("method");
      else if (field === 2) inputType = reader.dottedName("input type");
      else if (field === 3) outputType = reader.dottedName("output type");
      else if (field === 5) clientStreaming = reader.flag();
      else if (field === 6) serverStreaming = reader.flag();
    }),
  );
  reader.mustHave("method", name);
  return { name, inputType, outputType, clientStreaming, serverStreaming, comment: comments.get(path) ?? "" };
}
