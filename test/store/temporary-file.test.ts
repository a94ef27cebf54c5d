import { mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  TemporaryFile,
  removeIfThere,
  sweepTemporaryFiles,
  writeWhole,
} from "../../src/store/temporary-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("TemporaryFile", () => {
  it("has no name until it is kept, and then all that was written", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "kept");
    const file = await TemporaryFile.create(folder);
    await file.write(Buffer.from("one, "));
    await file.write(Buffer.from("two"));
    expect(readdirSync(folder)).not.toContain("kept");
    await file.finish(5_000_000);
    await file.keepAs(path);
    expect(readdirSync(folder)).toEqual(["kept"]);
    expect(readFileSync(path, "utf8")).toBe("one, two");
    expect(statSync(path)).toMatchObject({ mtimeMs: 5_000_000 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("goes when it is discarded, also after it could not be kept", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "taken"));
    const file = await TemporaryFile.create(folder);
    await expect(file.keepAs(join(folder, "taken"))).rejects.toMatchObject({ syscall: "rename" });
    await file.discard();
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});

describe("writeWhole", () => {
  it("replaces what was there and leaves it alone when it fails", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "file");
    await writeWhole(path, Buffer.from("first, and longer"));
    await writeWhole(path, Buffer.from("second"));
    expect(readFileSync(path, "utf8")).toBe("second");
    mkdirSync(join(folder, "taken"));
    await expect(writeWhole(join(folder, "taken"), Buffer.from("third"))).rejects.toThrow();
    expect(readdirSync(folder).toSorted()).toEqual(["file", "taken"]);
  });
});

describe("sweepTemporaryFiles", () => {
  it("removes temporary files from before a time and nothing else", async () => {
    const folder = temporaryFolder();
    for (const [name, seconds] of [
      ["tmp-old", 99],
      ["tmp-young", 101],
      ["old", 99],
    ] as const) {
      writeFileSync(join(folder, name), name);
      utimesSync(join(folder, name), seconds, seconds);
    }
    await sweepTemporaryFiles(folder, 100_000);
    expect(readdirSync(folder).toSorted()).toEqual(["old", "tmp-young"]);
  });
});

describe("removeIfThere", () => {
  it("says whether there was a file, and throws when it cannot be removed", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "folder"));
    expect(await removeIfThere(join(folder, "file"))).toBe(true);
    expect(await removeIfThere(join(folder, "file"))).toBe(false);
    await expect(removeIfThere(join(folder, "folder"))).rejects.toThrow();
  });
});
