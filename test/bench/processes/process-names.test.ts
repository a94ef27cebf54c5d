import { describe, expect, it } from "vitest";
import {
  forgetProcesses,
  loadBeganUs,
  markLoad,
  nameProcess,
  processName,
} from "../../../bench/processes/process-names.ts";

describe("nameProcess", () => {
  it("gives each a name of its own", () => {
    forgetProcesses();
    for (const pid of [11, 12, 13]) nameProcess(pid, "client");
    expect([11, 12, 13, 14].map(processName)).toEqual(["client", "client-2", "client-3", undefined]);
  });

  it("takes a process that did not start", () => {
    forgetProcesses();
    nameProcess(undefined, "client");
    nameProcess(11, "client");
    expect(processName(11)).toBe("client");
  });
});

describe("markLoad", () => {
  it("keeps the first moment until all is forgotten", () => {
    forgetProcesses();
    expect(loadBeganUs()).toBe(0);
    markLoad();
    const first = loadBeganUs();
    markLoad();
    expect([first > 0, loadBeganUs()]).toEqual([true, first]);
    forgetProcesses();
    expect(loadBeganUs()).toBe(0);
  });
});
