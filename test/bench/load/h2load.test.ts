import { describe, expect, it } from "vitest";
import { readH2load } from "../../../bench/load/h2load.ts";

const printed = `starting benchmark...
progress: 100% done

finished in 1.05s, 19047.62 req/s, 2.31MB/s
requests: 20000 total, 20000 started, 20000 done, 19999 succeeded, 1 failed, 0 errored, 0 timeout
status codes: 19999 2xx, 0 3xx, 1 4xx, 0 5xx
traffic: 2.43MB (2543100) total, 606.56KB (621120) headers (space savings 90.10%), 1.35MB (1420000) data
                     min         max         mean         sd        +/- sd
time for request:      633us     69.80ms     13.05ms      4.29ms    91.21%
`;

describe("readH2load", () => {
  it("finds time, answers and bytes", () => {
    expect(readH2load(printed)).toEqual({ elapsedMs: 1050, answered: 19_999, replyBytes: 1_420_000 });
  });

  it.each([
    ["812us", 0.812],
    ["812.50ms", 812.5],
    ["12.00s", 12_000],
  ])("reads %s as %d ms", (said, elapsedMs) => {
    expect(readH2load(printed.replace("1.05s", said)).elapsedMs).toBeCloseTo(elapsedMs);
  });

  it.each(["finished", "status codes", "traffic"])("refuses a report without the line %s", (word) => {
    const lines = printed.split("\n").filter((line) => !line.startsWith(word));
    expect(() => readH2load(lines.join("\n"))).toThrow(/h2load printed nothing like/);
  });
});
