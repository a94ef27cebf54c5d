import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { exitCodeOf, UsageError } from "../../src/cli/exit-code.ts";

describe("exitCodeOf", () => {
  it.each([
    [new UsageError("the function is missing"), 2],
    [new HeddleError("UNREACHABLE", "nothing answers"), 3],
    [new HeddleError("CONNECTION_LOST", "it was lost"), 3],
    [new HeddleError("KERNEL_TRAP", "it trapped"), 1],
    [new HeddleError("NO_NODES", "no node"), 1],
    [new Error("anything else"), 1],
  ])("gives %s the code %i", (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});
