import { describe, expect, it } from "vitest";
import { helpOf, parseCommandLine, type Command } from "../../src/cli/command.ts";
import { UsageError } from "../../src/cli/exit-code.ts";

const weave: Command = {
  name: "weave",
  about: "weave a cloth",
  args: "PATTERN",
  options: {
    threads: { type: "number", value: "N", about: "threads per inch", default: "40" },
    colour: { type: "text", value: "NAME", about: "of the warp" },
    loose: { type: "flag", about: "not too tight" },
    shed: { type: "text", about: "for the loom's own use", internal: true },
  },
  example: "heddle weave twill --threads 60",
  run: async () => 0,
};

describe("parseCommandLine", () => {
  it("reads options and arguments in any order", () => {
    const args = parseCommandLine(weave, ["--threads", "60", "twill", "--loose", "--colour=red", "--json"]);
    expect(args.positionals).toEqual(["twill"]);
    expect(args.whole("threads", 40, 1, 100)).toBe(60);
    expect([args.text("colour"), args.flag("loose"), args.flag("json")]).toEqual(["red", true, true]);
  });

  it("leaves out what is not given", () => {
    const args = parseCommandLine(weave, []);
    expect(args.whole("threads", 40, 1, 100)).toBe(40);
    expect([args.text("colour"), args.flag("loose"), args.flag("json")]).toEqual([undefined, false, false]);
    expect(() => args.need(0, "the pattern")).toThrow(new UsageError("the pattern is missing"));
  });

  it("takes what follows -- for an argument, even when it begins with dashes", () => {
    expect(parseCommandLine(weave, ["--", "--loose"]).positionals).toEqual(["--loose"]);
  });

  it.each([["--tight"], ["-x"], ["--loose=yes"], ["--colour"]])("refuses %s", (...argv) => {
    expect(() => parseCommandLine(weave, argv)).toThrow(UsageError);
  });

  it.each(["0", "101", "4.5", "many", "", " "])(
    "refuses %j where a whole number from 1 to 100 is meant",
    (text) => {
      const args = parseCommandLine(weave, ["--threads", text]);
      const said = `--threads must be a whole number from 1 to 100, not "${text}"`;
      expect(() => args.whole("threads", 40, 1, 100)).toThrow(new UsageError(said));
    },
  );

  it.each([
    ["0", 0],
    ["4096", 4096],
    ["4096B", 4096],
    ["2K", 2048],
    ["2kB", 2000],
    ["2 MiB", 2 * 1024 * 1024],
    ["1.5GB", 1_500_000_000],
    ["1gib", 1024 ** 3],
  ])("reads the size %j", (text, bytes) => {
    expect(parseCommandLine(weave, ["--colour", text]).size("colour", 7)).toBe(bytes);
    expect(parseCommandLine(weave, []).size("colour", 7)).toBe(7);
  });

  it.each(["", "many", "-1", "=-1", "1 XiB", "1e3", "12 M B", "9999999TB", "1,5GB"])(
    "refuses %j where a size is meant",
    (text) => {
      const args = parseCommandLine(weave, [`--colour=${text}`]);
      const said = `--colour must be a size such as 512MiB or 2GB, not "${text}"`;
      expect(() => args.size("colour", 7)).toThrow(new UsageError(said));
    },
  );

  it("refuses more arguments than the command takes", () => {
    const args = parseCommandLine(weave, ["twill", "plain"]);
    expect(() => args.atMost(2)).not.toThrow();
    expect(() => args.atMost(1)).toThrow(new UsageError('unexpected argument "plain"'));
  });
});

describe("helpOf", () => {
  it("shows usage, options with their defaults, and the example, but nothing internal", () => {
    expect(helpOf(weave)).toBe(`weave a cloth

usage: heddle weave [options] PATTERN

options:
  --threads N    threads per inch (default 40)
  --colour NAME  of the warp
  --loose        not too tight
  --json         print JSON, for scripts
  --help         show this help

example:
  heddle weave twill --threads 60
`);
  });
});
