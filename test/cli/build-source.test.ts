import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readable } from "../../src/cli/build-source.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("readable", () => {
  it("refuses a pipe, which may never end, and what is not there", async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, "pipe.ts");
    execFileSync("mkfifo", [pipe]);
    await expect(readable(pipe)).rejects.toThrow(`cannot read ${pipe}: it is no file`);
    await expect(readable(join(folder, "none.ts"))).rejects.toThrow(/cannot read .*none\.ts: ENOENT/);
    await expect(readable(folder)).rejects.toThrow(/EISDIR/);
  });
});
