import { describe, expect, it } from "vitest";
import { table } from "../../src/cli/output.ts";

describe("table", () => {
  it("aligns texts to the left and numbers to the right, without spaces at the ends of lines", () => {
    const rows = [
      ["node-1", 7, "here"],
      ["n", 1234, ""],
    ];
    expect(table(["NODE", "PID", "WHERE"], rows)).toBe(
      ["NODE     PID  WHERE", "node-1     7  here", "n       1234"].join("\n"),
    );
  });

  it("prints the headers alone when there are no rows", () => {
    expect(table(["NODE", "PID"], [])).toBe("NODE  PID");
  });
});
