/**
 * Part of `npm run generate`, run by the pinned Node: writes the services of proto/ and the messages that they reach as
 * a table, which src/rpc/message-codec.ts reads and writes messages by. No process has to parse proto/ when it starts.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { root as clone } from "./bootstrap.js";

const [target, ...names] = process.argv.slice(2);
const root = new protobuf.Root();
root.resolvePath = (_from, name) => join(clone, "proto", name);
root.loadSync(names);
root.resolveAll();

const table = { enums: {}, messages: {}, services: {} };
visit(root);
writeFileSync(target, source());

function visit(item) {
  if (item instanceof protobuf.Service) addService(item);
  else for (const inner of item.nestedArray ?? []) visit(inner);
}

function addService(service) {
  table.services[nameOf(service)] = service.methodsArray.map((method) => ({
    name: method.name,
    request: typeNameOf(method.resolvedRequestType, []),
    response: typeNameOf(method.resolvedResponseType, []),
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
  }));
}

/** The name of a message or an enum, which is then in the table. `around` are the messages that it is part of. */
function typeNameOf(type, around) {
  const name = nameOf(type);
  // The codec goes as deep as the bytes say; the types must set that a bound.
  if (around.includes(name)) throw new Error(`${name} contains itself, by ${around.join(", ")}`);
  if (type instanceof protobuf.Enum) table.enums[name] = { ...type.values };
  else {
    const fields = type.fieldsArray.toSorted((one, other) => one.id - other.id);
    table.messages[name] = fields.map((field) => fieldOf(field, [...around, name]));
  }
  return name;
}

function fieldOf(field, around) {
  if (field.map && field.keyType !== "string") throw new Error(`${field.fullName}: keys must be strings`);
  if (field.options?.proto3_optional === true)
    throw new Error(`${field.fullName}: optional is not supported`);
  return {
    number: field.id,
    name: field.name,
    type: field.resolvedType === null ? field.type : typeNameOf(field.resolvedType, around),
    ...(field.repeated ? { repeated: true } : {}),
    ...(field.map ? { key: field.keyType } : {}),
    ...(field.partOf === null ? {} : { oneof: field.partOf.name }),
  };
}

function nameOf(item) {
  return item.fullName.slice(1);
}

function source() {
  return `// Written by scripts/service-table.js from proto/.
import type { ServiceTable } from "../message-codec.ts";

/** Services, and the messages and enums that they reach. */
export const serviceTable: ServiceTable = ${text(table, 3, "")};
`;
}

/** JSON with a line for each element down to a depth. */
function text(value, depth, indent) {
  if (depth === 0 || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => JSON.stringify(item))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${text(item, depth - 1, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return parts.length === 0
    ? `${open}${close}`
    : `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}
