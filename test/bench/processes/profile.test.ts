import { describe, expect, it } from "vitest";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import {
  addProfiles,
  printProfile,
  profileSince,
  summarizeProfile,
  type CpuProfile,
} from "../../../bench/processes/profile.ts";
import { repository } from "../../support/source-files.ts";

const file = (path: string): string => pathToFileURL(join(repository, path)).href;
const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber });

/** Four samples of 10 ms each; the third found the process idle. */
const profile: CpuProfile = {
  startTime: 1_000_000,
  nodes: [
    { id: 1, callFrame: frame("(idle)", "", -1) },
    { id: 2, callFrame: frame("step", file("src/scheduler/step.ts"), 41) },
    { id: 3, callFrame: frame("write", file("node_modules/@grpc/grpc-js/build/src/call.js"), 9) },
    { id: 4, callFrame: frame("step", file("src/scheduler/step.ts"), 41) },
    { id: 5, callFrame: frame("serve", file("src/worker/thread.ts"), 100) },
  ],
  samples: [2, 3, 1, 4, 5],
  timeDeltas: [10_000, 10_000, 10_000, 10_000, 60_000],
};

describe("summarizeProfile", () => {
  it("adds up own time by function, wherever it was called from, and leaves waiting out", () => {
    const { totalMs, busyMs, functions } = summarizeProfile(profile);
    expect([totalMs, busyMs]).toEqual([100, 30]);
    expect(functions).toEqual([
      { name: "step", origin: "Heddle", place: "src/scheduler/step.ts:42", ms: 20 },
      { name: "write", origin: "@grpc/grpc-js", place: "@grpc/grpc-js/build/src/call.js:10", ms: 10 },
    ]);
  });

  it("adds up by origin", () => {
    expect(summarizeProfile(profile).origins).toEqual([
      { name: "Heddle", ms: 20 },
      { name: "@grpc/grpc-js", ms: 10 },
    ]);
  });

  it("takes a profile without samples", () => {
    expect(summarizeProfile({ startTime: 0, nodes: [] })).toMatchObject({
      totalMs: 0,
      busyMs: 0,
      functions: [],
    });
  });
});

describe("addProfiles", () => {
  it("adds up what the same function did in several threads", () => {
    const [one, other] = [profile, { ...profile, samples: [2, 1], timeDeltas: [5_000, 95_000] }];
    expect(addProfiles([one, other].map(summarizeProfile))).toEqual({
      totalMs: 200,
      busyMs: 35,
      functions: [
        { name: "step", origin: "Heddle", place: "src/scheduler/step.ts:42", ms: 25 },
        { name: "write", origin: "@grpc/grpc-js", place: "@grpc/grpc-js/build/src/call.js:10", ms: 10 },
      ],
      origins: [
        { name: "Heddle", ms: 25 },
        { name: "@grpc/grpc-js", ms: 10 },
      ],
    });
  });
});

describe("profileSince", () => {
  it("cuts off what came before", () => {
    const cut = profileSince(profile, 1_015_000);
    expect(cut.samples).toEqual([3, 1, 4, 5]);
    expect(cut.timeDeltas).toEqual([0, 10_000, 10_000, 60_000]);
    expect(cut.startTime).toBe(1_020_000);
    expect(summarizeProfile(cut).functions[0]).toMatchObject({ name: "step", ms: 10 });
  });

  it.each([0, 999_999, 9_999_999])("leaves it as it is when %d is not inside", (from) => {
    expect(profileSince(profile, from)).toEqual(profile);
  });
});

describe("printProfile", () => {
  it("gives shares of the busy time", () => {
    expect(printProfile("gateway", summarizeProfile(profile))).toBe(
      `gateway: busy 30 % of 0.1 s
Heddle 66.7 %, @grpc/grpc-js 33.3 %

self %  function  whose          where
66.7    step      Heddle         src/scheduler/step.ts:42
33.3    write     @grpc/grpc-js  @grpc/grpc-js/build/src/call.js:10
`,
    );
  });

  it("has nothing to share where a thread only waited", () => {
    const summary = summarizeProfile({ ...profile, samples: [1], timeDeltas: [50_000] });
    expect(printProfile("node-1", summary)).toBe("node-1: busy 0 % of 0.1 s\n");
  });
});
