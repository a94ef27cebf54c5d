/**
 * Fetches a module by digest from whoever has it: from the nodes the scheduler named, then from the schedulers. The
 * bytes are verified before anybody sees them, so a peer is not trusted, and one that is silent, lacks the module or
 * sends something else costs a bounded time. A scheduler on this machine says in which file a module is: reading that
 * takes a fraction of what receiving it takes. Where the file cannot be read, or is another one, it is sent.
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
import { isLoopback } from "../rpc/loopback.ts";
import { readModuleFile } from "../store/module-file.ts";

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

  /** A module. `early` hears of its bytes when they are here before it is admitted. Rejects with what the last scheduler answered. */
  async fetch(digest: KernelDigest, peers: readonly string[], early: EarlyBytes): Promise<FetchedModule> {
    return (await this.#fromPeers(digest, peers)) ?? (await this.#fromSchedulers(digest, early));
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
        return { bytes, facts: undefined, path: undefined }; // a peer is not trusted with them
      } catch (error) {
        peerFailed(peer, HeddleError.from(error));
      } finally {
        closeChannel(channel);
      }
    }
    return undefined;
  }

  /** Asks the schedulers in turn; one that has too much to send is asked again a little later. */
  async #fromSchedulers(digest: KernelDigest, early: EarlyBytes): Promise<FetchedModule> {
    const { schedulers, secret, fetched } = this.#options;
    let last = new HeddleError("MODULE_UNAVAILABLE", `no scheduler to fetch module ${digest} from`);
    for (let waitMs: number = limits.reconnectBaseMs; ; waitMs *= 2) {
      for (const scheduler of schedulers) {
        try {
          const channel = this.#channelTo(scheduler);
          const silentMs = limits.modulePeersMs;
          const files = isLoopback(scheduler) ? early : undefined;
          const module = await fetchModule({ channel, of: "scheduler", secret, digest, silentMs, files });
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
  /** The file that has them, if they come from one. */
  readonly path: string | undefined;
}

/** Hears of the bytes of a module, which are verified, and not to be run: the module may yet be refused. */
export type EarlyBytes = (bytes: Uint8Array) => void;

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
  /** The peer stands on this machine: the module may be read from its files. Hears of bytes that are. */
  readonly files?: EarlyBytes | undefined;
}

/** The module. Throws what the peer answered, MODULE_TOO_LARGE, or MODULE_CORRUPT when the digest differs. */
export async function fetchModule(fetch: ModuleFetch): Promise<FetchedModule> {
  const { channel, of, secret, digest, silentMs, wanted, files } = fetch;
  const stop = new AbortController();
  const giveUp = (): void => stop.abort(silent(digest));
  const silence = setTimeout(giveUp, silentMs);
  wanted?.addEventListener("abort", giveUp);
  const parts = new ModuleParts();
  const hash = createHash("sha256");
  let facts: CodeFacts | undefined;
  let found: FoundFile | undefined;
  try {
    const request = { digest, files: files !== undefined };
    const messages = fetchModuleStream(channel, of, request, secretMetadata(secret), stop.signal);
    for await (const { data, size, facts: said, files: paths } of messages) {
      silence.refresh();
      if (files !== undefined && paths.length > 0) {
        found = await findFile(paths, digest);
        if (found === undefined) return await fetchModule({ ...fetch, files: undefined });
        files(found.bytes);
      }
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
  if (found !== undefined) return { ...found, facts };
  const actual = hash.digest("hex");
  if (actual === digest) return { bytes: parts.bytes(), facts, path: undefined };
  throw new HeddleError("MODULE_CORRUPT", `module ${digest} arrived with digest ${actual}`);
}

interface FoundFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A scheduler names two: the module's name on its disk, and the one before that. */
const filesMax = 2;

/** The first file that has the module. */
async function findFile(paths: readonly string[], digest: KernelDigest): Promise<FoundFile | undefined> {
  for (const path of paths.slice(0, filesMax)) {
    // Whatever is wrong with it, the module can be had another way.
    const bytes = await readModuleFile(path, digest).catch(() => undefined);
    if (bytes !== undefined) return { path, bytes };
  }
  return undefined;
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
