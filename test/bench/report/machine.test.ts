import { describe, expect, it } from "vitest";
import { readMachine, readVersions } from "../../../bench/report/machine.ts";
import { version } from "../../../src/base/version.ts";

describe("readMachine", () => {
  it("says what it is", () => {
    const { processor, cores, memoryGiB, system, loadAverage } = readMachine();
    expect(processor).not.toBe("");
    expect(cores).toBeGreaterThan(0);
    expect(memoryGiB).toBeGreaterThan(0);
    expect(system).toMatch(/^\w+ \d/);
    expect(loadAverage).toBeGreaterThanOrEqual(0);
  });
});

describe("readVersions", () => {
  it("names Heddle, Node and the libraries", async () => {
    const versions = await readVersions();
    expect(versions).toMatchObject({ heddle: version, node: process.versions.node });
    expect(versions["@grpc/grpc-js"]).toMatch(/^\d+\.\d+\.\d+/);
  });
});
