import { isMap, mapValueField } from "../wire/map-field.ts";
import type { Field, MessageType } from "../wire/schema.ts";
import { defaultAddress } from "./client.ts";

/** A request in proto3 JSON that decodes, for people to copy and change: something in every field that has a place. */
export function sampleRequest(type: MessageType): Record<string, unknown> {
  return sampleMessage(type, new Set());
}

/** A message within others; one that is inside itself already stays out. */
function sampleMessage(type: MessageType, around: ReadonlySet<MessageType>): Record<string, unknown> {
  const within = new Set(around).add(type);
  const entries: [string, unknown][] = [];
  const oneofs = new Set<string>();
  for (const field of type.fields) {
    if (field.kind === "message" && (within.has(field.message) || within.size > deep)) continue;
    if (field.oneof !== "" && oneofs.has(field.oneof)) continue;
    oneofs.add(field.oneof);
    entries.push([field.jsonName, sampleField(field, within)]);
  }
  return Object.fromEntries(entries);
}

function sampleField(field: Field, within: ReadonlySet<MessageType>): unknown {
  if (isMap(field)) {
    const [key] = field.message.fields;
    const value = mapValueField(field);
    if (key === undefined || (value.kind === "message" && within.has(value.message))) return {};
    return { [String(sampleElement(key, within))]: sampleElement(value, within) };
  }
  const element = sampleElement(field, within);
  return field.repeated ? [element] : element;
}

/** Messages inside one another that are shown. */
const deep = 4;

function sampleElement(field: Field, within: ReadonlySet<MessageType>): unknown {
  if (field.kind === "message") return sampleMessage(field.message, within);
  if (field.kind === "enum") return [...field.enum.namesByNumber.values()][0] ?? 0;
  switch (field.type) {
    case "bool":
      return true;
    case "string":
      return "text";
    case "bytes":
      return Buffer.from("text").toString("base64");
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return "1";
    default:
      return 1;
  }
}

/** A command line that calls a function. */
export function invokeLine(fn: string, request: object, address: string): string {
  const where = address === defaultAddress ? "" : ` --address ${address}`;
  return `heddle invoke ${fn} ${shellQuoted(JSON.stringify(request))}${where}`;
}

/** A text as one word of a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
