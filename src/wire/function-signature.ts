import type { Field, FunctionSchema, MessageType } from "./schema.ts";

/** A function in one line, in the words of protobuf: `matmul(a: Matrix, b: Matrix): Matrix`, `sum(values: double[]): double`. */
export function functionSignature({ name, request, response }: FunctionSchema): string {
  const scope = `${request.fullName.slice(0, request.fullName.lastIndexOf(".") + 1)}`;
  const parameters = request.fields.map((field) => `${field.jsonName}: ${typeText(field, scope)}`);
  const [value, ...more] = response.fields;
  const plain = value?.name === "value" && more.length === 0;
  const result = value === undefined ? "void" : plain ? typeText(value, scope) : shortName(response, scope);
  return `${name}(${parameters.join(", ")}): ${result}`;
}

function typeText(field: Field, scope: string): string {
  if (field.kind === "scalar") return `${field.type}${field.repeated ? "[]" : ""}`;
  if (field.kind === "enum") return `${shortName(field.enum, scope)}${field.repeated ? "[]" : ""}`;
  if (field.message.mapEntry) {
    const [key, value] = field.message.fields.map((part) => typeText(part, scope));
    return `map<${key}, ${value}>`;
  }
  return `${shortName(field.message, scope)}${field.repeated ? "[]" : ""}`;
}

function shortName({ fullName }: Pick<MessageType, "fullName">, scope: string): string {
  return fullName.startsWith(scope) ? fullName.slice(scope.length) : fullName;
}
