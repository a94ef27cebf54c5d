import { describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { reasonRow, reasons, type Reason } from "../../src/base/reason.ts";
import { filesBelow, textOf } from "../support/source-files.ts";

const names = Object.keys(reasons) as Reason[]; // the keys of the table are its type

/** Reasons that no test provokes, each with why. */
const unprovoked: Readonly<Partial<Record<Reason, string>>> = {};

describe("reasons", () => {
  it("retry nothing that the caller has to judge", () => {
    const judged = [
      Code.INVALID_ARGUMENT,
      Code.NOT_FOUND,
      Code.FAILED_PRECONDITION,
      Code.UNAUTHENTICATED,
      null,
    ];
    const retried = names.filter((name) => reasons[name].retry !== "final");
    expect(retried.filter((name) => (judged as readonly unknown[]).includes(reasons[name].code))).toEqual([]);
    expect(retried.toSorted()).toEqual([
      "MODULE_UNAVAILABLE",
      "NODE_DRAINING",
      "NODE_LOST",
      "NODE_OVERLOADED",
      "NOT_STARTED",
      "WORKER_LOST",
    ]);
  });

  it("say when they happen in whole sentences", () => {
    expect(names.filter((name) => !/^[A-Z`].*[.?]$/s.test(reasons[name].about))).toEqual([]);
  });

  it("stand in the documentation with their codes", () => {
    const page = textOf("docs/errors.md");
    expect(names.filter((name) => !page.includes(name))).toEqual([]);
  });

  it("are each provoked by a test, or listed as not", () => {
    const tests = filesBelow("test").filter(
      (path) => path.endsWith(".ts") && path !== "test/base/reason.test.ts",
    );
    const told = tests.map(textOf).join("\n");
    const silent = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(told));
    expect(silent.toSorted()).toEqual(Object.keys(unprovoked).toSorted());
  });

  it("are each given by the source, or listed as not", () => {
    const sources = filesBelow("src").filter((path) => path.endsWith(".ts") && path !== "src/base/reason.ts");
    const told = sources.map(textOf).join("\n");
    expect(names.filter((name) => !told.includes(`"${name}"`))).toEqual([]);
  });
});

describe("reasonRow", () => {
  it("gives the row of a reason", () => {
    expect(reasonRow("NODE_LOST")).toMatchObject({ retry: "if-pure", countsAgainstNode: true });
  });

  it.each(["FROM_A_NEWER_PEER", "toString", ""])("lets %o be final and blame nobody", (reason) => {
    expect(reasonRow(reason)).toMatchObject({
      code: Code.INTERNAL,
      retry: "final",
      countsAgainstNode: false,
    });
  });
});
