/** What the tests themselves rely on: a program that is missing must not turn a run green unnoticed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { prerequisite } from "./support/prerequisite.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** A folder with a program `fit` that ends with 0, `unfit` that does not, and a file `plain` that is no program. */
function setup(): { folder: string; stderr: () => string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "fit"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  writeFileSync(join(folder, "unfit"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
  writeFileSync(join(folder, "plain"), "", { mode: 0o644 });
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  return { folder, stderr: () => write.mock.calls.map(([text]) => String(text)).join("") };
}

const advice = "apt-get install it";

describe("prerequisite", () => {
  it("finds a program on the PATH and in folders of its own", () => {
    const { folder, stderr } = setup();
    expect(prerequisite({ program: "fit", advice }, { PATH: `/nowhere:${folder}` })).toBe(
      join(folder, "fit"),
    );
    expect(prerequisite({ program: "fit", folders: [folder], advice }, {})).toBe(join(folder, "fit"));
    expect(stderr()).toBe("");
  });

  it("takes the first of several names that proves fit", () => {
    const { folder } = setup();
    const program = ["plain", "unfit", "fit"];
    expect(prerequisite({ program, proof: ["--version"], advice }, { PATH: folder })).toBe(
      join(folder, "fit"),
    );
    expect(prerequisite({ program: "unfit", advice }, { PATH: folder })).toBe(join(folder, "unfit"));
  });

  it.each(["missing", "plain", "unfit"])("says in one line how to get what is not there: %s", (program) => {
    const { folder, stderr } = setup();
    expect(prerequisite({ program, proof: [], advice }, { PATH: folder })).toBeUndefined();
    expect(stderr().trim()).toBe(
      `!!! TESTS SKIPPED: ${program} is missing or not fit; get it with: apt-get install it`,
    );
  });

  it("fails where CI is set, and only there", () => {
    const { folder } = setup();
    const missing = (ci: string) => () =>
      prerequisite({ program: "missing", advice }, { PATH: folder, CI: ci });
    expect(missing("true")).toThrow(/missing is missing.*apt-get install it/);
    expect(missing("1")).toThrow(/CI/);
    expect(missing("false")).not.toThrow();
    expect(missing("")).not.toThrow();
  });
});
