/**
 * The gRPC status codes, by their definition in grpc `doc/statuscodes.md`. The numbers travel on the wire.
 */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** One of the seventeen gRPC status codes. */
export type Code = (typeof Code)[keyof typeof Code];

const names = new Map<number, string>(Object.entries(Code).map(([name, value]) => [value, name]));

/** The name of a code, `"NOT_FOUND"`; a number outside the table is named `UNKNOWN`, as gRPC clients do. */
export function codeName(code: number): string {
  return names.get(code) ?? "UNKNOWN";
}

/** Narrows a number from the wire or from a kernel to a code; anything outside the table is `UNKNOWN`. */
export function toCode(value: number): Code {
  return names.has(value) ? (value as Code) : Code.UNKNOWN; // the map holds exactly the values of the type
}
