import { describe, expect, it } from "vitest";
import { comparable, normalOutput, pageSteps, type PageStep } from "./support/page.ts";

const fence = "```";

describe("pageSteps", () => {
  it("gives files, commands and terminals in order", () => {
    const page = [
      "# A page",
      `${fence}ts title="a.ts"`,
      "export const a = 1;",
      fence,
      `${fence}console terminal="fabric"`,
      "$ npx heddle up",
      "ready",
      fence,
      `${fence}console`,
      "$ one \\",
      "  more",
      "its output",
      "$ two",
      fence,
      `${fence}text terminal="fabric"`,
      "and on",
      fence,
    ].join("\n");
    expect(pageSteps(page)).toEqual([
      { kind: "file", line: 2, name: "a.ts", text: "export const a = 1;\n" },
      { kind: "open", line: 5, terminal: "fabric", command: "npx heddle up", output: "ready" },
      { kind: "command", line: 9, command: "one \\\n  more", output: "its output" },
      { kind: "command", line: 9, command: "two", output: "" },
      { kind: "read", line: 15, terminal: "fabric", output: "and on" },
    ]);
  });

  it("passes over blocks of languages that are only shown", () => {
    expect(pageSteps(`${fence}sh\nls\n${fence}\n${fence}console\n$ a\n${fence}`, ["sh"])).toHaveLength(1);
  });

  it.each([
    ["a block that nobody runs", `${fence}ts\nlet a = 1;\n${fence}`, "line 1: a block that is not run"],
    ["a console without a command", `text\n${fence}console\nls\n${fence}`, "line 2: a block that is not run"],
    ["two commands in one terminal", `${fence}console terminal="t"\n$ a\n$ b\n${fence}`, "not run"],
    ["a block without an end", `${fence}console\n$ a\n`, "line 1: the block has no end"],
  ])("refuses %s", (_what, page, said) => {
    expect(() => pageSteps(page)).toThrow(said);
  });
});

describe("comparable", () => {
  const stepOf = (attributes: string): Extract<PageStep, { kind: "read" }> => {
    const [step] = pageSteps(`${fence}text terminal="t"${attributes}\n10:22:01  b\n10:22:02  a\n${fence}`);
    if (step?.kind !== "read") throw new Error("no step");
    return step;
  };

  it("keeps the order of lines but where a page says that they come in any", () => {
    const any = stepOf(' order="any"');
    expect(comparable(any, "10:22:03  a\n10:22:03  b")).toBe(comparable(any, any.output));
    expect(comparable(any, "10:22:03  a\n10:22:03  a")).not.toBe(comparable(any, any.output));
    const ordered = stepOf("");
    expect(comparable(ordered, "10:22:03  b\n10:22:03  a")).toBe(comparable(ordered, ordered.output));
    expect(comparable(ordered, "10:22:03  a\n10:22:03  b")).not.toBe(comparable(ordered, ordered.output));
  });
});

describe("normalOutput", () => {
  it("takes out what differs from run to run, and nothing else", () => {
    const text = "deployed hello c1462a8e120d on 2 nodes in 12 ms  at 10:22:01\nnode-1   1,200 bytes";
    expect(normalOutput(text)).toBe(
      "deployed hello <digest> on 2 nodes in <duration> at <clock>\n<node> <size>",
    );
    expect(normalOutput("feedfacebeef 3 calls")).toBe("feedfacebeef 3 calls");
  });
});
