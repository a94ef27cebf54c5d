/** The options of a call as native methods and HTTP take them: in metadata and headers of the same names. */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { noBytes } from "../wire/frame.ts";
import { parseTraceparent } from "../wire/traceparent.ts";

/** What a caller may say beside the request message. */
export interface CallHeaders {
  /** Version to call, 64 hex digits; empty for whatever the name points to. */
  readonly digest: string;
  readonly priority: number;
  readonly attemptsMax: number;
  readonly affinity: string;
  readonly idempotencyKey: string;
  /** Parent span, 25 bytes, or empty when there is none or it is garbage. */
  readonly trace: Uint8Array;
}

const wholeNumber = /^-?[0-9]{1,10}$/;
const int32Max = 2 ** 31 - 1;

/** Reads them with a function that gives a header by its name. Throws BAD_REQUEST. */
export function readCallHeaders(get: (name: string) => string | undefined): CallHeaders {
  const traceparent = get("traceparent");
  return {
    digest: get("heddle-digest") ?? "",
    priority: numberIn("heddle-priority", get("heddle-priority"), -int32Max - 1, int32Max),
    attemptsMax: numberIn("heddle-attempts-max", get("heddle-attempts-max"), 0, limits.attemptsCap),
    affinity: get("heddle-affinity") ?? "",
    idempotencyKey: get("heddle-idempotency-key") ?? "",
    trace: (traceparent === undefined ? undefined : parseTraceparent(traceparent)) ?? noBytes,
  };
}

/** The number a header says, 0 when it is missing. Throws BAD_REQUEST. */
export function numberIn(name: string, text: string | undefined, min: number, max: number): number {
  if (text === undefined) return 0;
  const value = wholeNumber.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  const said = `${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text.slice(0, 80))}`;
  throw new HeddleError("BAD_REQUEST", said);
}
