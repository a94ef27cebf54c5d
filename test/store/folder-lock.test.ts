import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lockFolder } from "../../src/store/folder-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("lockFolder", () => {
  it("writes nothing into the lock's file and takes the holder's name back on release", async () => {
    const folder = temporaryFolder();
    const lock = await lockFolder(folder);
    expect(readdirSync(folder).toSorted()).toEqual(["holder", "lock"]);
    await lock.release();
    expect(readdirSync(folder)).toEqual(["lock"]);
    expect(statSync(join(folder, "lock")).size).toBe(0);
  });

  it.each([
    ["is missing", undefined, "another process"],
    ["cannot be read as a pid", "soon\n", "another process"],
    ["names a process that is gone", "2147483646\n", "process 2147483646"],
  ])("still says that the folder is taken when the holder's file %s", async (_, text, named) => {
    const folder = temporaryFolder();
    const lock = await lockFolder(folder);
    if (text === undefined) rmSync(join(folder, "holder"));
    else writeFileSync(join(folder, "holder"), text);
    await expect(lockFolder(folder)).rejects.toMatchObject({
      reason: "DATA_LOCKED",
      rawMessage: expect.stringContaining(`in use by ${named};`),
    });
    await lock.release();
  });

  it("lets go of the lock when it cannot say who holds it", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "holder")); // a folder in the way: the file cannot get its name
    await expect(lockFolder(folder)).rejects.toThrow(/holder/);
    await expect(lockFolder(folder)).rejects.not.toMatchObject({ reason: "DATA_LOCKED" });
  });

  it("refuses a lock file that is something else", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "lock"), "not a database, and longer than its header would be: ".repeat(20));
    await expect(lockFolder(folder)).rejects.toMatchObject({ reason: "STORE_CORRUPT" });
  });
});
