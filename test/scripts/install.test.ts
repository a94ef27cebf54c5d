import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadInstall, loadPinnedNode } from "../support/plain-javascript.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { isFresh } = await loadInstall();
const { pinnedPackage, thisMachine } = await loadPinnedNode();

const entry = { version: "1.0.0", integrity: "sha512-a" };
const wanted = {
  "": { version: "0.1.0" },
  "node_modules/a": entry,
  "node_modules/b": { ...entry, dev: true },
  "node_modules/other-platform": { ...entry, optional: true },
};
const installed = { "node_modules/a": entry, "node_modules/b": { ...entry, dev: true } };

function setup(inNodeModules: object | undefined = installed) {
  const root = temporaryFolder();
  const write = (path: string, packages: object): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify({ packages }));
  };
  write("package-lock.json", wanted);
  write("node_modules/.package-lock.json", inNodeModules);
  const name = pinnedPackage(thisMachine());
  const node = join(root, "node_modules", name ?? "none", "bin", "node");
  mkdirSync(dirname(node), { recursive: true });
  symlinkSync(process.execPath, node);
  return { root, node };
}

describe("isFresh", () => {
  it("accepts what npm installed, without the optional packages of other platforms", () => {
    expect(isFresh(setup().root)).toBe(true);
  });

  it.each([
    ["a missing package", { "node_modules/a": entry }],
    ["another version", { ...installed, "node_modules/a": { ...entry, version: "1.0.1" } }],
    ["other bytes", { ...installed, "node_modules/a": { ...entry, integrity: "sha512-b" } }],
    ["a package that is no longer wanted", { ...installed, "node_modules/c": entry }],
  ])("refuses %s", (_what, packages) => {
    expect(isFresh(setup(packages).root)).toBe(false);
  });

  it("refuses an install that was interrupted before npm wrote its list", () => {
    const { root } = setup();
    rmSync(join(root, "node_modules", ".package-lock.json"));
    expect(isFresh(root)).toBe(false);
  });

  it.runIf(pinnedPackage(thisMachine()))("refuses an install without the pinned Node", () => {
    const { root, node } = setup();
    rmSync(node);
    expect(isFresh(root)).toBe(false);
  });
});
