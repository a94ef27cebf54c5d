/**
 * Work with the same affinity key goes to the same node, as long as that node is not much fuller than the others:
 * consistent hashing with bounded loads (V. Mirrokni, M. Thorup, M. Zadimoghaddam, 2018). Nodes lie on a ring at points
 * drawn from their names; a key goes to the first node after its own point that may have more, so that a node that
 * comes or goes moves only its own keys, and a key that is hot spills to the neighbours instead of drowning one node.
 */
import type { NodeState } from "../state.ts";

/** Points of each node: their number evens out the shares. */
const pointsPerNode = 40;

/** The ring, made anew when it is asked for after nodes have come or gone. */
export class HashRing {
  readonly #nodes = new Set<NodeState>();
  #points: Float64Array | undefined;
  #owners: NodeState[] = [];

  add(node: NodeState): void {
    this.#nodes.add(node);
    this.#points = undefined;
  }

  remove(node: NodeState): void {
    this.#nodes.delete(node);
    this.#points = undefined;
  }

  /** The first node from the key's place on that `accepts`; each is asked once. */
  find(key: string, accepts: (node: NodeState) => boolean): NodeState | undefined {
    if (this.#nodes.size === 0) return undefined;
    const points = this.#points ?? this.#make();
    const start = firstFrom(points, hash(key));
    const asked = new Set<NodeState>();
    for (let step = 0; step < points.length && asked.size < this.#nodes.size; step++) {
      const node = this.#owners[(start + step) % points.length];
      if (node === undefined || asked.has(node)) continue;
      if (accepts(node)) return node;
      asked.add(node);
    }
    return undefined;
  }

  #make(): Float64Array {
    const all: { readonly point: number; readonly node: NodeState }[] = [];
    for (const node of this.#nodes) {
      for (let place = 0; place < pointsPerNode; place++)
        all.push({ point: hash(`${node.id}#${place}`), node });
    }
    // Points that fall together are ordered by name, so that the ring does not depend on who joined first.
    all.sort((one, other) => one.point - other.point || (one.node.id < other.node.id ? -1 : 1));
    this.#owners = all.map(({ node }) => node);
    this.#points = Float64Array.from(all, ({ point }) => point);
    return this.#points;
  }
}

/** FNV-1a over UTF-16 units with the finalizer of MurmurHash3, 32 bits: names that differ by a digit lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The place of the first point that is not before the value. */
function firstFrom(points: Float64Array, value: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
