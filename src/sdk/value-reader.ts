import type { Bytes } from "../base/rope.ts";
import { MessageColumnReader } from "../wire/message-column.ts";
import type { CallableFunction } from "./schemas.ts";

/** Reads the values of responses that lie in one column, as `valueOf` does of single ones. */
export class ValueReader {
  readonly #column: MessageColumnReader;
  readonly #gives: "value" | "nothing" | "message";

  constructor(fn: CallableFunction) {
    const { response } = fn.schema;
    this.#column = new MessageColumnReader(response);
    this.#gives = fn.unwraps ? "value" : response.fields.length === 0 ? "nothing" : "message";
  }

  /** The value of the response in [start, end). Throws BAD_PAYLOAD. */
  read(column: Bytes, start: number, end: number): unknown {
    if (this.#gives === "value") return this.#column.decodeOnly(column, start, end, "value");
    const message = this.#column.decode(column, start, end);
    return this.#gives === "nothing" ? undefined : message;
  }
}
