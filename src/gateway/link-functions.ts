/**
 * The functions that have a number on the link to one node. Numbers ascend and are given once; one that is
 * `limits.linkFunctionsMax` below the latest is forgotten on both sides, and its function gets another when it is
 * called again. So the table stays small, however many versions of kernels come and go.
 */
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { FunctionRecord } from "./records.ts";

interface ModuleStage {
  /** The latest number of any of its functions. */
  number: number;
  stage: "told" | "ready";
}

export class LinkFunctions {
  readonly #numbers = new Map<FunctionRecord, number>();
  readonly #functions = new Map<number, FunctionRecord>();
  readonly #modules = new Map<KernelDigest, ModuleStage>();
  #latest = 0;

  /** How many functions have a number. */
  get size(): number {
    return this.#functions.size;
  }

  /** The function's number, if it has one. */
  numberOf(fn: FunctionRecord): number | undefined {
    return this.#numbers.get(fn);
  }

  /** Gives a function its number. */
  add(fn: FunctionRecord): number {
    const number = ++this.#latest;
    this.#numbers.set(fn, number);
    this.#functions.set(number, fn);
    const module = this.#modules.get(fn.digest);
    if (module === undefined) this.#modules.set(fn.digest, { number, stage: "told" });
    else module.number = number;
    this.#drop(number - limits.linkFunctionsMax);
    return number;
  }

  /** Gives a number that stands for no function. */
  skip(): number {
    const number = ++this.#latest;
    this.#drop(number - limits.linkFunctionsMax);
    return number;
  }

  /** The node has compiled the module of a function; gives the function, unless it was forgotten. */
  ready(number: number): FunctionRecord | undefined {
    const fn = this.#functions.get(number);
    const module = fn && this.#modules.get(fn.digest);
    if (module !== undefined) module.stage = "ready";
    return fn;
  }

  /** How far the node is with a module, as far as it was told of it. */
  stageOf(digest: KernelDigest): "told" | "ready" | undefined {
    return this.#modules.get(digest)?.stage;
  }

  /** The node does not have the function's module: it will be told anew. */
  forget(fn: FunctionRecord): void {
    this.#numbers.delete(fn);
    this.#modules.delete(fn.digest);
  }

  #drop(number: number): void {
    const fn = this.#functions.get(number);
    if (fn === undefined) return;
    this.#functions.delete(number);
    if (this.#numbers.get(fn) === number) this.#numbers.delete(fn);
    if (this.#modules.get(fn.digest)?.number === number) this.#modules.delete(fn.digest);
  }
}
