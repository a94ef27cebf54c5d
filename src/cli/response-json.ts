import { messageToJson } from "../wire/json.ts";
import type { CallableFunction } from "../sdk/schemas.ts";

/** The proto3 JSON of a response, from what the SDK gives for it, which is the field `value` where that is all. */
export function responseJson({ schema, unwraps }: CallableFunction, given: unknown): Record<string, unknown> {
  if (given === undefined) return {};
  return messageToJson(schema.response, unwraps ? { value: given } : given);
}
