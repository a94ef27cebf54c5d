/**
 * Maps of work of a chosen length, whose results cost nothing to check. `work/mix` takes a generator so many steps on,
 * one after another. A step is an affine map of the state, so all of them together are one affine map, which is found
 * by squaring.
 */
import { startChild, type Child } from "../processes/child.ts";

/** Steps of `work/mix` that take a worker about a millisecond. */
export const stepsPerMs = 850_000;

/** What the client is told. */
export interface MixConfig {
  readonly address: string;
}

/** What the client is asked: a map begins, which is answered when it is under way; the map that runs ends. */
export type MixRequest =
  ({ readonly kind: "begin" } & MixMap) | { readonly kind: "end"; readonly early: boolean };

/** A map. */
export interface MixMap {
  /** Steps of each item: how long it takes. */
  readonly steps: number;
  /** Inputs; none: until it is told to end. */
  readonly items?: number;
  /** It is under way with so many results. Default 1. */
  readonly underWay?: number;
}

/** What a map gave. */
export interface MixRound {
  readonly items: number;
  /** From the first input to the last result, in ms. */
  readonly elapsedMs: number;
  /** When the last result came, in ms since the epoch. */
  readonly endedAt: number;
}

/** A process that runs one map after another; all results are checked. */
export interface MixClient {
  /** Begins a map; resolves when it is under way. */
  begin(map: MixMap): Promise<void>;
  /** Waits for the last result, or when `early` only for the next one and leaves the rest. */
  end(early: boolean): Promise<MixRound>;
}

const stuckMs = 60_000;

/** Starts a client of the fabric at an address. */
export async function startMixClient(scope: AsyncDisposableStack, address: string): Promise<MixClient> {
  const config: MixConfig = { address };
  const child = await startChild(scope, "load/mix-client.ts", config);
  return {
    async begin(map) {
      await ask(child, { kind: "begin", ...map });
    },
    end: async (early) => (await ask(child, { kind: "end", early })) as MixRound, // answered by mix-client.ts
  };
}

function ask(child: Child, request: MixRequest): Promise<unknown> {
  return child.request(request, stuckMs);
}

/** What so many steps make of a seed. */
export function mixAfter(steps: number): (seed: number) => number {
  let [factor, term] = [1, 0];
  let [nextFactor, nextTerm] = [1664525, 1013904223];
  for (let left = steps; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      factor = Math.imul(factor, nextFactor);
      term = (Math.imul(term, nextFactor) + nextTerm) | 0;
    }
    nextTerm = (Math.imul(nextTerm, nextFactor) + nextTerm) | 0;
    nextFactor = Math.imul(nextFactor, nextFactor);
  }
  return (seed) => (Math.imul(seed, factor) + term) >>> 0;
}
