/** The answer to `FetchModule`, which the scheduler and every node give alike: a module in parts, to those in the fabric. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { FetchModuleRequest__Output as FetchModuleRequest } from "./generated/heddle/v1/FetchModuleRequest.ts";
import type { FetchModuleResponse } from "./generated/heddle/v1/FetchModuleResponse.ts";
import { hasSecret } from "./server.ts";
import { toStatus } from "./status.ts";

/** A call of `FetchModule`. */
export type ModuleCall = ServerWritableStream<FetchModuleRequest, FetchModuleResponse>;

/** Gives the bytes of a module, or undefined when it is not there. */
export type ModuleBytes = (digest: KernelDigest) => Promise<Uint8Array | undefined>;

/** Resolves when a module may be had whole: until then its last part is kept back. Rejects when it may never be. */
export type ModuleRelease = (digest: KernelDigest) => Promise<void> | undefined;

const partBytes = limits.chunkMaxBytes - 4 * 1024;

/** Sends modules to whoever knows the secret, so many at once: each is held whole while it is sent. */
export class ModuleSender {
  readonly #secret: string;
  readonly #bytes: ModuleBytes;
  readonly #release: ModuleRelease;
  #sending = 0;

  constructor(secret: string, bytes: ModuleBytes, release: ModuleRelease = () => undefined) {
    this.#secret = secret;
    this.#bytes = bytes;
    this.#release = release;
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
      const released = this.#release(digest);
      released?.catch(() => {}); // told below, when nothing else has gone wrong
      const bytes = await this.#bytes(digest);
      if (bytes === undefined) throw notHere(digest);
      const lastAt = released === undefined ? bytes.length : startOfLast(bytes);
      await send(call, bytes, 0, lastAt);
      await released;
      clearInterval(alive);
      await send(call, bytes, lastAt, bytes.length);
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

/** Where the part begins that is kept back. */
function startOfLast(bytes: Uint8Array): number {
  return Math.max(0, Math.ceil(bytes.length / partBytes) - 1) * partBytes;
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
