/** The answer to `FetchModule`, which the scheduler and every node give alike: a module in parts, to those in the fabric. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { CodeFacts } from "./generated/heddle/v1/CodeFacts.ts";
import type { FetchModuleRequest__Output as FetchModuleRequest } from "./generated/heddle/v1/FetchModuleRequest.ts";
import type { FetchModuleResponse } from "./generated/heddle/v1/FetchModuleResponse.ts";
import { hasSecret } from "./server.ts";
import { toStatus } from "./status.ts";

/** A call of `FetchModule`. */
export type ModuleCall = ServerWritableStream<FetchModuleRequest, FetchModuleResponse>;

/** A module that can be sent, although its end may not be there yet or not be for everybody yet. */
export interface SentModule {
  /** All of it; what is beyond what may be sent is not to be looked at. */
  readonly bytes: Uint8Array;
  /** Up to where it may be sent, beyond `at`. Rejects when that will never be. */
  beyond(at: number): number | Promise<number>;
  /** What is known of its code once all of it may be sent. */
  readonly facts: CodeFacts | undefined;
  /** Paths of files with its bytes on this machine, once they are there, to be tried one after the other. */
  files?(): Promise<readonly string[] | undefined>;
}

/** Finds a module; undefined when it is not there. */
export type FindModule = (digest: KernelDigest) => Promise<SentModule | undefined>;

const partBytes = limits.chunkMaxBytes - 4 * 1024;

/** A module that may be sent as it is. */
export function wholeModule(bytes: Uint8Array, facts: CodeFacts | undefined): SentModule {
  return { bytes, beyond: () => bytes.length, facts };
}

/** A module that is there, of which the last part is kept back until it is released. */
export function heldModule(bytes: Uint8Array, released: Promise<void>): SentModule {
  const lastAt = startOfLast(bytes.length);
  const beyond = (at: number): number | Promise<number> =>
    at < lastAt ? lastAt : released.then(() => bytes.length);
  return { bytes, beyond, facts: undefined };
}

/** Where the part of a module begins that is kept back. */
export function startOfLast(size: number): number {
  return Math.max(0, Math.ceil(size / partBytes) - 1) * partBytes;
}

/** Sends modules to whoever knows the secret, so many at once: each is held whole while it is sent. */
export class ModuleSender {
  readonly #secret: string;
  readonly #find: FindModule;
  #sending = 0;

  constructor(secret: string, find: FindModule) {
    this.#secret = secret;
    this.#find = find;
  }

  /** Answers a call, whatever comes of it. */
  serve(call: ModuleCall): void {
    this.#serve(call).catch((error: unknown) => call.emit("error", toStatus(error)));
  }

  async #serve(call: ModuleCall): Promise<void> {
    if (!hasSecret(call.metadata, this.#secret)) {
      const said = "FetchModule needs the fabric's secret in the metadata heddle-secret";
      throw new HeddleError("BAD_SECRET", said);
    }
    const digest = toKernelDigest(call.request.digest);
    if (digest === undefined) throw notHere(call.request.digest);
    if (this.#sending >= limits.moduleSendsMax) {
      throw new HeddleError("QUEUE_FULL", `${this.#sending} modules are being sent already; try again`);
    }
    this.#sending++;
    // The module may still be on its way here: whoever waits for it must see that somebody is at work.
    const alive = setInterval(() => call.write({}), limits.modulePeerSilentMs / 4);
    try {
      const module = await this.#find(digest);
      if (module === undefined) throw notHere(digest);
      const { length } = module.bytes;
      let at = 0;
      const files = call.request.files ? await module.files?.() : undefined;
      if (files !== undefined && length > 0) {
        call.write({ files: [...files], size: length });
        while (at < length) at = await module.beyond(at); // it is not to be run before
      }
      while (at < length && !call.cancelled) {
        const end = await module.beyond(at);
        await send(call, module.bytes, at, end);
        at = end;
      }
      if (module.facts !== undefined) call.write({ facts: module.facts });
      call.end();
    } finally {
      clearInterval(alive);
      this.#sending--;
    }
  }
}

function notHere(digest: string): HeddleError {
  return new HeddleError("KERNEL_NOT_FOUND", `no module with digest ${JSON.stringify(digest.slice(0, 64))}`);
}

async function send(call: ModuleCall, bytes: Uint8Array, start: number, end: number): Promise<void> {
  for (let at = start; at < end && !call.cancelled; at += partBytes) {
    const part = bytes.subarray(at, Math.min(end, at + partBytes));
    const data = Buffer.from(part.buffer, part.byteOffset, part.length);
    const more = call.write(at === 0 ? { data, size: bytes.length } : { data });
    if (!more) await drained(call);
  }
}

/** Resolves when the stream takes more, or is over. */
function drained(call: ModuleCall): Promise<void> {
  if (call.destroyed || call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      call.off("drain", done);
      call.off("cancelled", done);
      call.off("close", done);
      resolve();
    };
    call.on("drain", done);
    call.on("cancelled", done);
    call.on("close", done);
  });
}
