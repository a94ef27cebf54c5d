import { limits } from "../base/limits.ts";
import { quote } from "./describe-value.ts";
import type { Field, MessageType } from "./schema.ts";

/** Steps that are shown at each end of a long path. */
const shownSteps = 8;

/** Where in a value encoding, decoding or conversion stands; kept as two lists, and put into words only for an error. */
export class ValuePath {
  #root: MessageType;
  readonly #fields: Field[] = [];
  readonly #indices: number[] = [];
  #depth = 0;

  constructor(root: MessageType) {
    this.#root = root;
  }

  /** Begins again at the root of another value. */
  restart(root: MessageType): void {
    this.#root = root;
    this.#depth = 0;
  }

  /** Steps into a message field, or into an element of it; -1 is no index. False when that is too deep. */
  enter(field: Field, index: number): boolean {
    if (this.#depth >= limits.nestingMax) return false;
    this.#fields[this.#depth] = field;
    this.#indices[this.#depth++] = index;
    return true;
  }

  /** Steps out again. */
  leave(): void {
    this.#depth--;
  }

  /** The path in words, `linalg.MatmulRequest.a.data[3]`, with a last step that was not entered. */
  describe(field?: Field, index = -1): string {
    const steps: string[] = [];
    for (let depth = 0; depth < this.#depth; depth++) {
      const entered = this.#fields[depth];
      if (entered !== undefined) steps.push(step(entered, this.#indices[depth] ?? -1));
    }
    if (field !== undefined) steps.push(step(field, index));
    if (steps.length > 2 * shownSteps) steps.splice(shownSteps, steps.length - 2 * shownSteps, "…");
    return [this.#root.fullName, ...steps].join(".");
  }
}

function step(field: Field, index: number): string {
  const name = /^[A-Za-z0-9_$]{1,64}$/.test(field.jsonName) ? field.jsonName : quote(field.jsonName);
  return index < 0 ? name : `${name}[${index}]`;
}
