/**
 * A slow consumer fills nobody's memory: what it does not read is not made. A client maps a function whose results are
 * millions of times as large as its inputs, reads one of them, waits until the nodes have nothing more to do, and only
 * then reads the rest. The short form is one gigabyte of results; the full form, which `.ci/run` asks for, is
 *
 *     HEDDLE_RESULT_BYTES=10000000000 npm test -- 06-slow-consumer
 */
import { readFileSync } from "node:fs";
import { expect, it, describe } from "vitest";
import { startChild } from "../support/child.ts";
import { startCluster } from "../support/cluster.ts";

const MiB = 1024 * 1024;
const totalBytes = Number(process.env["HEDDLE_RESULT_BYTES"] ?? 1e9);
const resultBytes = 2 * MiB;
const items = Math.ceil(totalBytes / resultBytes);
/** A process of the fabric has some 150 MiB before it does anything. */
const boundMiB = 600;

describe("fabric.map", () => {
  it(
    "keeps every process within bounds while its results are read slowly",
    { timeout: 60_000 + (totalBytes / 1e9) * 60_000 },
    async () => {
      const cluster = await startCluster({ nodes: 2, kernels: ["work"] });
      const begun = performance.now();
      const reader = startChild("slow-reader", cluster.grpc, String(items), String(resultBytes));
      let said = "";
      let readerMiB = 0;
      for await (const line of reader.lines) {
        said = line;
        readerMiB = peakMiB(reader.pid);
      }
      const { read, madeBefore } = JSON.parse(said) as { read: number; madeBefore: number };
      const peaks = new Map([
        ["reader", readerMiB],
        ["gateway", peakMiB(cluster.process.pid)],
        ...cluster.nodes.map(({ id, pid }) => [id, peakMiB(pid)] as const),
      ]);
      const seconds = Math.round((performance.now() - begun) / 1000);
      console.log(
        `${items} results of 2 MiB in ${seconds} s, ${madeBefore} before the second was read`,
        peaks,
      );
      expect(read).toBe(items);
      expect(madeBefore).toBeLessThan(items / 2);
      for (const [who, peak] of peaks)
        expect({ who, peak, within: peak < boundMiB }).toMatchObject({ within: true });
    },
  );
});

/** The most memory that a process had at any time. */
function peakMiB(pid: number): number {
  const [, kiB = ""] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kiB) / 1024);
}
