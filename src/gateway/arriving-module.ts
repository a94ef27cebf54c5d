/**
 * A module that is being uploaded. Nodes that were told of its digest get it while it comes, all but the end, which
 * they get when it is admitted: the way from the gateway to a node takes as long as that from the client. Nodes on this
 * machine read it from the file that it is written to meanwhile.
 */
import type { HeddleError } from "../base/error.ts";
import type { CodeFacts } from "../rpc/generated/heddle/v1/CodeFacts.ts";
import { startOfLast, type SentModule } from "../rpc/module-stream.ts";

export class ArrivingModule implements SentModule {
  readonly bytes: Buffer;
  #received = 0;
  #facts: CodeFacts | undefined;
  #error: HeddleError | undefined;
  readonly #files = Promise.withResolvers<readonly string[] | undefined>();
  #changed = Promise.withResolvers<void>();

  constructor(size: number) {
    // What does not come is never touched, so a size that is only announced takes no memory.
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** How much has come. */
  get received(): number {
    return this.#received;
  }

  /** The next part has come; it must fit. */
  add(part: Uint8Array): void {
    this.bytes.set(part, this.#received);
    this.#received += part.length;
    this.#wake();
  }

  get facts(): CodeFacts | undefined {
    return this.#facts;
  }

  /** It is whole and in a file, which has one of these paths. */
  written(paths: readonly string[]): void {
    this.#files.resolve(paths);
  }

  /** Where it is on the disk; undefined when it is not there by the time that it is admitted or has failed. */
  files(): Promise<readonly string[] | undefined> {
    return this.#files.promise;
  }

  /** It is whole and admitted. */
  release(facts: CodeFacts): void {
    this.#facts = facts;
    this.#files.resolve(undefined);
    this.#wake();
  }

  /** Nobody gets more of it; what is released already is not affected. */
  fail(error: HeddleError): void {
    if (this.#facts !== undefined) return;
    this.#error ??= error;
    this.#files.resolve(undefined);
    this.#wake();
  }

  async beyond(at: number): Promise<number> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const { length } = this.bytes;
      const end = this.#facts === undefined ? Math.min(this.#received, startOfLast(length)) : length;
      if (end > at) return end;
      await this.#changed.promise;
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
