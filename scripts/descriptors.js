/**
 * Part of `npm run generate`, run by the pinned Node: writes the descriptors of the files in proto/ that the server's
 * reflection tells of, comments included, as a TypeScript file. The service of the libraries at run time is not enough:
 * they merge the files of a package into one and drop the comments.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { writeDescriptorSet } from "../src/wire/descriptor-write.ts";
import { fieldTypeNumbers, jsonNameOf } from "../src/wire/descriptor.ts";
import { root as clone } from "./bootstrap.js";

const [target, ...wanted] = process.argv.slice(2);
const root = new protobuf.Root();
/** Files in the order of their imports, imported ones first. */
const files = new Map();

for (const name of wanted) parse(name);
root.resolveAll();
const bytes = writeDescriptorSet({ files: [...files.entries()].map(([name, file]) => fileOf(name, file)) });
writeFileSync(target, source(Buffer.from(bytes).toString("base64")));

function parse(name) {
  if (files.has(name)) return;
  protobuf.parse.filename = name;
  const text = readFileSync(join(clone, "proto", name), "utf8");
  const parsed = protobuf.parse(text, root, { keepCase: true, alternateCommentMode: true });
  const imports = parsed.imports ?? [];
  for (const imported of imports) parse(imported);
  files.set(name, { package: parsed.package, imports });
}

function fileOf(name, { package: packageName, imports }) {
  const scope = root.lookup(packageName);
  const own = scope.nestedArray.filter((item) => item.filename === name);
  return {
    ...{ name, package: packageName, syntax: "proto3", dependencies: imports, comment: "" },
    messages: own.filter((item) => item instanceof protobuf.Type).map(messageOf),
    enums: own.filter((item) => item instanceof protobuf.Enum).map(enumOf),
    services: own.filter((item) => item instanceof protobuf.Service).map(serviceOf),
  };
}

function messageOf(type) {
  const real = type.oneofsArray.filter((oneof) => !isSynthetic(oneof));
  const synthetic = type.oneofsArray.filter(isSynthetic);
  const oneofs = [...real, ...synthetic];
  const maps = type.fieldsArray.filter((field) => field.map);
  return {
    ...{ name: type.name, mapEntry: false, comment: type.comment ?? "" },
    fields: type.fieldsArray.map((field) => fieldOf(field, oneofs)),
    messages: [
      ...type.nestedArray.filter((item) => item instanceof protobuf.Type).map(messageOf),
      ...maps.map(entryOf),
    ],
    enums: type.nestedArray.filter((item) => item instanceof protobuf.Enum).map(enumOf),
    oneofs: oneofs.map((oneof) => ({ name: oneof.name, comment: oneof.comment ?? "" })),
  };
}

function isSynthetic(oneof) {
  return oneof.fieldsArray.length === 1 && oneof.fieldsArray[0].options?.proto3_optional === true;
}

function fieldOf(field, oneofs) {
  const { name, id: number, comment } = field;
  const common = { name, number, jsonName: jsonNameOf(name), comment: comment ?? "" };
  if (field.map) {
    const typeName = `${field.parent.fullName}.${entryName(name)}`;
    return { ...common, label: "repeated", type: "message", typeName, proto3Optional: false };
  }
  const oneofIndex = field.partOf ? oneofs.indexOf(field.partOf) : undefined;
  return {
    ...common,
    label: field.repeated ? "repeated" : "optional",
    proto3Optional: field.options?.proto3_optional === true,
    ...typeOf(field.type, field.resolvedType),
    ...(oneofIndex === undefined ? {} : { oneofIndex }),
  };
}

function typeOf(type, resolved) {
  if (resolved instanceof protobuf.Enum) return { type: "enum", typeName: resolved.fullName };
  if (resolved !== null) return { type: "message", typeName: resolved.fullName };
  if (!(type in fieldTypeNumbers)) throw new Error(`the type ${type} is unknown`);
  return { type, typeName: "" };
}

/** The hidden message of a map: `map<string, X> in_order` is a repeated `InOrderEntry`. */
function entryOf(field) {
  const part = { label: "optional", proto3Optional: false, comment: "" };
  const key = { ...part, name: "key", jsonName: "key", number: 1, ...typeOf(field.keyType, null) };
  const value = { ...part, name: "value", jsonName: "value", number: 2 };
  const fields = [key, { ...value, ...typeOf(field.type, field.resolvedType) }];
  return {
    name: entryName(field.name),
    mapEntry: true,
    comment: "",
    fields,
    messages: [],
    enums: [],
    oneofs: [],
  };
}

function entryName(name) {
  const camel = jsonNameOf(name);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}

function enumOf(type) {
  const values = Object.entries(type.values).map(([name, number]) => ({
    ...{ name, number },
    comment: type.comments[name] ?? "",
  }));
  return { name: type.name, values, comment: type.comment ?? "" };
}

function serviceOf(service) {
  const methods = service.methodsArray.map((method) => ({
    ...{ name: method.name, comment: method.comment ?? "" },
    inputType: method.resolvedRequestType.fullName,
    outputType: method.resolvedResponseType.fullName,
    clientStreaming: method.requestStream === true,
    serverStreaming: method.responseStream === true,
  }));
  return { name: service.name, methods, comment: service.comment ?? "" };
}

function source(base64) {
  const lines = base64.match(/.{1,110}/g).map((line) => `  "${line}",\n`);
  return `// Written by scripts/descriptors.js from proto/.

/** A google.protobuf.FileDescriptorSet of the services of a gateway, serialised, in base64. */
export const descriptorSetBase64: string = [
${lines.join("")}].join("");
`;
}
