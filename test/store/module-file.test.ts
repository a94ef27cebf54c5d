import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModuleFile } from "../../src/store/module-file.ts";
import { makeModule } from "../support/module-bytes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { bytes, digest } = makeModule(1);

function setup() {
  const path = join(temporaryFolder(), "module");
  return { path, read: () => readModuleFile(path, digest) };
}

describe("readModuleFile", () => {
  it("gives the bytes, and nothing where there is no file", async () => {
    const { path, read } = setup();
    expect(await read()).toBeUndefined();
    writeFileSync(path, bytes);
    expect(Buffer.from((await read()) ?? []).equals(bytes)).toBe(true);
  });

  it("says when it was read, if told", async () => {
    const { path } = setup();
    writeFileSync(path, bytes);
    await readModuleFile(path, digest, 5000);
    expect(statSync(path).mtimeMs).toBe(5000);
  });

  it.each<[string, (path: string) => void]>([
    ["with other bytes", (path) => writeFileSync(path, "other")],
    ["with a part of it", (path) => writeFileSync(path, bytes.subarray(1))],
    ["that is a folder", (path) => mkdirSync(path)],
    ["that is a pipe", (path) => execFileSync("mkfifo", [path])],
  ])("refuses a file %s", async (_, make) => {
    const { path, read } = setup();
    make(path);
    await expect(read()).rejects.toMatchObject({ reason: "MODULE_CORRUPT" });
  });

  it.skipIf(process.getuid?.() === 0)("says when a file may not be read", async () => {
    const { path, read } = setup();
    writeFileSync(path, bytes);
    chmodSync(path, 0);
    await expect(read()).rejects.toMatchObject({ code: "EACCES" });
  });
});
