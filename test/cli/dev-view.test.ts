import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { DevView, type DevEvent } from "../../src/cli/dev-view.ts";
import type { Output } from "../../src/cli/output.ts";

const problem = { file: "a.ts", line: 2, column: 1, message: "is wrong", frame: "> 2 | x" };
const failed: DevEvent = { event: "error", reason: "BUILD_FAILED", problems: [problem] };
const deployed: DevEvent = {
  event: "deployed",
  kernel: "hello",
  digest: "ab".repeat(32),
  unchanged: false,
  functions: ["hello/greet"],
  warnings: [],
  buildMs: 100,
  deployMs: 5,
  sinceSaveMs: 130,
  example: "heddle invoke hello/greet '{}'",
};
const call: DevEvent = {
  event: "call",
  function: "hello/greet",
  node: "node-1",
  count: 1,
  number: 1,
  ms: 2,
  outcome: "ok",
  reason: "",
};

function setup(options: { json?: boolean; isTerminal?: boolean } = {}) {
  const lines: string[] = [];
  const values: unknown[] = [];
  const output = {
    json: options.json ?? false,
    line: (text: string) => void lines.push(text),
    value: (value: unknown) => void values.push(value),
  } as Output; // what a view uses of it
  const view = new DevView(output, { isTerminal: options.isTerminal ?? false, columns: 20 });
  return { view, lines, values };
}

describe("DevView", () => {
  it("shows an error with its frame, and says when it is fixed", () => {
    const { view, lines } = setup();
    for (const event of [failed, failed, deployed, deployed]) view.show(event);
    expect(lines.slice(0, 2)).toEqual(Array(2).fill("error  a.ts:2:1  is wrong\n> 2 | x"));
    expect(lines[2]).toMatch(
      /^fixed: \d\d:\d\d:\d\d {2}hello abababababab {2}built in 100 ms, deployed in 5\.0 ms: hello\/greet\n/,
    );
    expect(lines[3]).toMatch(/^\d\d:/);
  });

  it("takes an error away from a terminal, as long as nothing came after it", () => {
    const { view, lines } = setup({ isTerminal: true });
    view.show(failed); // the first of its lines takes two rows
    view.show(deployed);
    expect(lines[1]?.startsWith("\u001b[3A\u001b[0Jfixed: ")).toBe(true);
    view.show(failed);
    view.show(call);
    view.show(deployed);
    expect(lines[4]?.startsWith("fixed: ")).toBe(true);
  });

  it("shows so many calls in a second and counts the rest", async () => {
    const { view, values } = setup({ json: true });
    await expect
      .poll(() => {
        values.length = 0;
        for (let index = 0; index < limits.shownCallsMax + 5; index++) view.show(call);
        return values.length;
      })
      .toBe(limits.shownCallsMax);
    await expect.poll(() => values.at(-1), { timeout: 5_000 }).toMatchObject({ event: "more" });
    view.stop();
  });

  it("shows what kernels log without letting it touch the terminal", () => {
    const { view, lines } = setup();
    view.show({ event: "log", function: "hello/greet", level: "info", text: "a\u001b[2Jb\nc" });
    expect(lines[0]).toMatch(/hello\/greet {2}info {2}a\\u\{1b\}\[2Jb\n {10}c$/);
  });

  it("prints events as they are with --json", () => {
    const { view, lines, values } = setup({ json: true });
    view.show(failed);
    view.show(deployed);
    expect([lines, values]).toEqual([[], [failed, deployed]]);
  });
});
