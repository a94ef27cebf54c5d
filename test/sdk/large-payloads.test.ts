/** The largest payloads go both ways, and nothing small waits for them. */
import { expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { startCluster } from "../support/cluster.ts";

const MiB = 1024 * 1024;
/** A request or a response of this kernel is its bytes after a tag and a length. */
const mostBytes = limits.payloadMaxBytes - 5;
const sizes = [mostBytes, MiB, 20 * MiB + 1, mostBytes];

/** Bytes that differ from chunk to chunk, and from one payload to the next. */
function patterned(bytes: number, seed: number): Buffer {
  const buffer = Buffer.alloc(bytes, 7);
  for (let at = 0; at + 8 <= bytes; at += 60_000) buffer.writeUInt32LE(at + seed, at);
  return buffer;
}

it(
  "carries 64 MiB each way, by invoke and by map, while small calls are answered",
  { timeout: 240_000 },
  async () => {
    const { fabric } = await startCluster({ nodes: 1, workers: 2, kernels: ["payload", "echo"] });
    const same = (value: Uint8Array | undefined, bytes: number, seed: number): boolean =>
      value !== undefined && patterned(bytes, seed).equals(value);

    const invokes = async (): Promise<void> => {
      for (const [seed, bytes] of sizes.entries()) {
        const value = await fabric.invoke<Uint8Array>("payload/echo", { data: patterned(bytes, seed) });
        expect({ seed, same: same(value, bytes, seed) }).toEqual({ seed, same: true });
      }
    };
    const map = async (): Promise<void> => {
      const inputs = sizes.map((bytes, seed) => ({ data: patterned(bytes, seed) }));
      let count = 0;
      for await (const { index, value } of fabric.map<Uint8Array>("payload/echo", inputs)) {
        expect({ index, same: same(value, sizes[index] ?? 0, index) }).toEqual({ index: count, same: true });
        count++;
      }
      expect(count).toBe(sizes.length);
    };

    let over = false;
    /** Calls one after another. If each waited for a large payload, there would be no more of them than of those. */
    const small = async (): Promise<number> => {
      let answered = 0;
      for (; !over; answered++) {
        expect(await fabric.invoke("echo/say", { text: `call ${answered}` })).toBe(`call ${answered}`);
      }
      return answered;
    };
    const large = (async () => {
      await invokes();
      await map();
    })().finally(() => (over = true));
    const [answered] = await Promise.all([small(), large]);
    expect(answered).toBeGreaterThan(4 * sizes.length);
  },
);
