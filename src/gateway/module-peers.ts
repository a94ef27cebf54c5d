/**
 * Which nodes are named to one that is told of a module: those that have it, and for lack of them those that were told
 * of it before and will have it soon, which let the asker wait. So the scheduler hands out a module once or twice,
 * however many nodes a deploy or a map reaches at the same moment, and nobody waits in a circle: each waits for one
 * that was told earlier.
 */
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

/** Where a node can be reached. */
export interface NodeAddresses {
  /** `host:port`. */
  readonly address: string;
  /** Path of a Unix socket on the scheduler's machine; empty for none. */
  readonly unixAddress: string;
}

/** A node that may have the module. */
export interface PeerCandidate extends NodeAddresses {
  /** `ready`: it has compiled the module. `told`: it has been told to. */
  readonly stage: "ready" | "told";
}

/** Addresses of a few peers, at random, those that are ready before those that were told. */
export function choosePeers(
  asking: NodeAddresses,
  candidates: readonly PeerCandidate[],
  random: Random,
): string[] {
  const chosen: string[] = [];
  for (const stage of ["ready", "told"] as const) {
    const addresses = candidates
      .filter((candidate) => candidate.stage === stage)
      .map((candidate) => addressFor(asking, candidate))
      .filter((address) => address !== undefined);
    while (addresses.length > 0 && chosen.length < limits.modulePeersMax)
      chosen.push(...addresses.splice(Math.floor(random.next() * addresses.length), 1));
  }
  return chosen;
}

/**
 * How one node reaches another: over a Unix socket when both have one, since the scheduler reaches both that way; never
 * by an address that means another machine for each who uses it, unless both stand on this one.
 */
function addressFor(asking: NodeAddresses, peer: NodeAddresses): string | undefined {
  if (asking.unixAddress !== "" && peer.unixAddress !== "") return `unix:${peer.unixAddress}`;
  if (peer.address === "") return undefined;
  return !isLocal(peer.address) || isLocal(asking.address) ? peer.address : undefined;
}

const localHosts = new Set(["localhost", "0.0.0.0", "[::]", "::", "[::1]", "::1"]);

function isLocal(address: string): boolean {
  const host = address.slice(0, address.lastIndexOf(":"));
  return localHosts.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}
