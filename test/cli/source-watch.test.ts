import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SeenFiles } from "../../src/compiler/build-messages.ts";
import { haveChanged, SourceWatch } from "../../src/cli/source-watch.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Files as they are: what a build would say it has seen. */
function seen(...paths: string[]): SeenFiles {
  return new Map(
    paths.map((path) => {
      try {
        return [path, digestOf(readFileSync(path, "utf8"))];
      } catch {
        return [path, ""];
      }
    }),
  );
}

/** Watches two files, one of which is not there; after each change they are seen anew, as a build does. */
function setup() {
  const folder = temporaryFolder();
  const main = join(folder, "main.ts");
  const missing = join(folder, "missing.ts");
  writeFileSync(main, "one");
  let changes = 0;
  let told = Promise.withResolvers<void>();
  const watch = new SourceWatch(() => {
    changes++;
    told.resolve();
  });
  onTestFinished(() => watch.stop());
  watch.update(seen(main, missing));
  return {
    folder,
    main,
    missing,
    watch,
    changes: () => changes,
    /** Does something and waits until it was told. */
    async after(act: () => void): Promise<void> {
      told = Promise.withResolvers();
      act();
      await told.promise;
      watch.update(seen(main, missing));
    },
  };
}

describe("SourceWatch", () => {
  it("tells of a file however it is written", async () => {
    const { folder, main, missing, changes, after } = setup();
    const other = join(folder, "main.ts~");
    await after(() => writeFileSync(main, "two"));
    await after(() => appendFileSync(main, " and more"));
    await after(() => {
      writeFileSync(other, "three");
      renameSync(other, main);
    });
    await after(() => {
      renameSync(main, other);
      writeFileSync(main, "four");
    });
    await after(() => unlinkSync(main));
    await after(() => writeFileSync(main, "five"));
    await after(() => writeFileSync(missing, "here it is"));
    expect(changes()).toBe(7);
  });

  it("waits for the end of a save in several steps, and for a text to follow when a file is emptied", async () => {
    const { main, changes, after } = setup();
    await after(() => {
      writeFileSync(main, "");
      setTimeout(() => writeFileSync(main, "half"), 60);
      setTimeout(() => appendFileSync(main, " and half"), 65);
    });
    expect([changes(), readFileSync(main, "utf8")]).toEqual([1, "half and half"]);
    await after(() => writeFileSync(main, ""));
    expect(readFileSync(main, "utf8")).toBe("");
  });

  it("says nothing when no text has changed, and nothing of other files", async () => {
    const { folder, main, changes, after } = setup();
    utimesSync(main, new Date(), new Date());
    writeFileSync(main, "one");
    writeFileSync(join(folder, "other.ts"), "x");
    await after(() => writeFileSync(main, "two"));
    expect(changes()).toBe(1);
  });

  it("finds what changed before it watched", async () => {
    const { main, watch, after } = setup();
    await after(() => {
      const before = seen(main);
      writeFileSync(main, "changed meanwhile");
      watch.update(before);
    });
  });

  it("finds a folder again that was away", async () => {
    const { folder, main, after } = setup();
    await after(() => rmSync(folder, { recursive: true }));
    await after(() => {
      mkdirSync(folder);
      writeFileSync(main, "back");
    });
    await after(() => writeFileSync(main, "and changed"));
  });
});

describe("haveChanged", () => {
  it("compares texts with those that were seen", async () => {
    const file = join(temporaryFolder(), "a.ts");
    expect(await haveChanged(seen(file))).toBe(false);
    const before = seen(file);
    writeFileSync(file, "x");
    expect(await haveChanged(before)).toBe(true);
    expect(await haveChanged(seen(file))).toBe(false);
  });
});
