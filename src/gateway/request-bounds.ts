import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** Names and keys travel with every frame, so they are short. Throws BAD_REQUEST. */
export function checkRequestKey(what: string, text: string): void {
  if (text.length <= limits.keyMaxChars) return;
  const said = `${what} has ${text.length} characters; the limit is ${limits.keyMaxChars}`;
  throw new HeddleError("BAD_REQUEST", said);
}
