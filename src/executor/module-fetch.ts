/**
 * Fetches a module by digest from whoever has it: from the nodes the scheduler named, then from the schedulers. The
 * bytes are verified before anybody sees them, so a peer is not trusted, and one that is silent, lacks the module or
 * sends something else costs a bounded time.
 */
import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { version } from "../base/version.ts";
import type { CodeFacts } from "../kernel/code-facts.ts";
import { closeChannel, openChannel, secretMetadata } from "../rpc/channel.ts";
import { fetchModuleStream } from "../rpc/clients.ts";

/** Where modules come from, and who is told. */
export interface ModuleSourcesOptions {
  /** Addresses of schedulers, `host:port`. */
  readonly schedulers: readonly string[];
  readonly secret: string;
  /** A module has come, verified. */
  fetched(digest: KernelDigest, from: string): void;
  /** A peer did not give a module that it was said to have. */
  peerFailed(peer: string, error: HeddleError): void;
}

export class ModuleSources {
  readonly #options: ModuleSourcesOptions;
  readonly #schedulers = new Map<string, Client>();

  constructor(options: ModuleSourcesOptions) {
    this.#options = options;
  }

  /** A module. Rejects with what the last scheduler answered. */
  async fetch(digest: KernelDigest, peers: readonly string[]): Promise<FetchedModule> {
    return (await this.#fromPeers(digest, peers)) ?? (await this.#fromSchedulers(digest));
  }

  close(): void {
    for (const channel of this.#schedulers.values()) closeChannel(channel);
    this.#schedulers.clear();
  }

  async #fromPeers(digest: KernelDigest, peers: readonly string[]): Promise<FetchedModule | undefined> {
    const { secret, fetched, peerFailed } = this.#options;
    const enough = AbortSignal.timeout(limits.modulePeersMs);
    for (const peer of peers.slice(0, limits.modulePeersMax)) {
      if (enough.aborted) return undefined;
      const channel = openChannel(peer, "fabric");
      try {
        const silentMs = limits.modulePeerSilentMs;
        const { bytes } = await fetchModule({
          channel,
          of: "node",
          secret,
          digest,
          silentMs,
          wanted: enough,
        });
        fetched(digest, peer);
        return { bytes, facts: undefined }; // a peer is not trusted with them
      } catch (error) {
        peerFailed(peer, HeddleError.from(error));
      } finally {
        closeChannel(channel);
      }
    }
    return undefined;
  }

  /** Asks the schedulers in turn; one that has too much to send is asked again a little later. */
  async #fromSchedulers(digest: KernelDigest): Promise<FetchedModule> {
    const { schedulers, secret, fetched } = this.#options;
    let last = new HeddleError("MODULE_UNAVAILABLE", `no scheduler to fetch module ${digest} from`);
    for (let waitMs: number = limits.reconnectBaseMs; ; waitMs *= 2) {
      for (const scheduler of schedulers) {
        try {
          const channel = this.#channelTo(scheduler);
          const silentMs = limits.modulePeersMs;
          const module = await fetchModule({ channel, of: "scheduler", secret, digest, silentMs });
          fetched(digest, scheduler);
          return module;
        } catch (error) {
          last = HeddleError.from(error);
        }
      }
      if (last.reason !== "QUEUE_FULL" || waitMs > limits.reconnectMaxMs) throw last;
      await wait(waitMs);
    }
  }

  #channelTo(scheduler: string): Client {
    const channel = this.#schedulers.get(scheduler) ?? openChannel(scheduler, "fabric");
    this.#schedulers.set(scheduler, channel);
    return channel;
  }
}

/** A module whose bytes are verified. */
export interface FetchedModule {
  readonly bytes: Uint8Array;
  /** What the scheduler has found in its code, if it said so and is of the same version. */
  readonly facts: CodeFacts | undefined;
}

/** One try at one peer or scheduler. */
export interface ModuleFetch {
  readonly channel: Client;
  readonly of: "scheduler" | "node";
  readonly secret: string;
  readonly digest: KernelDigest;
  /** How long nothing may come. */
  readonly silentMs: number;
  /** Aborts when it takes too long; what has begun to come by then may go on. */
  readonly wanted?: AbortSignal;
}

/** The module. Throws what the peer answered, MODULE_TOO_LARGE, or MODULE_CORRUPT when the digest differs. */
export async function fetchModule(fetch: ModuleFetch): Promise<FetchedModule> {
  const { channel, of, secret, digest, silentMs, wanted } = fetch;
  const stop = new AbortController();
  const giveUp = (): void => stop.abort(silent(digest));
  const silence = setTimeout(giveUp, silentMs);
  wanted?.addEventListener("abort", giveUp);
  const parts = new ModuleParts();
  const hash = createHash("sha256");
  let facts: CodeFacts | undefined;
  try {
    const messages = fetchModuleStream(channel, of, { digest }, secretMetadata(secret), stop.signal);
    for await (const { data, size, facts: said } of messages) {
      silence.refresh();
      if (data.length > 0) wanted?.removeEventListener("abort", giveUp);
      if (parts.size + data.length > limits.moduleMaxBytes) {
        const said = `module ${digest} has more than ${limits.moduleMaxBytes} bytes`;
        throw new HeddleError("MODULE_TOO_LARGE", said);
      }
      hash.update(data);
      parts.add(data, size);
      if (said?.version === version) facts = said;
    }
  } finally {
    clearTimeout(silence);
    wanted?.removeEventListener("abort", giveUp);
  }
  stop.signal.throwIfAborted();
  const actual = hash.digest("hex");
  if (actual === digest) return { bytes: parts.bytes(), facts };
  throw new HeddleError("MODULE_CORRUPT", `module ${digest} arrived with digest ${actual}`);
}

/** The parts of a module, put where they belong when it is known how large it will be. */
class ModuleParts {
  size = 0;
  #room = Buffer.alloc(0);

  /** `announced` is the size of the whole as the first part says it, which need not be true. */
  add(part: Uint8Array, announced: number): void {
    const end = this.size + part.length;
    if (end > this.#room.length) {
      const known = this.size === 0 && announced <= limits.moduleMaxBytes ? announced : 0;
      const room = Buffer.allocUnsafeSlow(Math.max(end, known, 2 * this.#room.length));
      this.#room.copy(room, 0, 0, this.size);
      this.#room = room;
    }
    this.#room.set(part, this.size);
    this.size = end;
  }

  bytes(): Uint8Array {
    return this.#room.subarray(0, this.size);
  }
}

function silent(digest: KernelDigest): HeddleError {
  return new HeddleError("DEADLINE", `module ${digest} did not come in time`);
}
