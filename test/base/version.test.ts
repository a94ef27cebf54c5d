import { describe, expect, it } from "vitest";
import { checkPeerVersion, version } from "../../src/base/version.ts";
import { textOf } from "../support/source-files.ts";

const [major = 0, minor = 0] = version.split(".").map(Number);

describe("version", () => {
  it("is that of package.json", () => {
    const { version: published } = JSON.parse(textOf("package.json")) as { version: string }; // npm's own format
    expect(version).toBe(published);
  });
});

describe("checkPeerVersion", () => {
  it.each([version, `${major}.${minor}.99`, `${major}.${minor + 1}.0`, `${major}.${minor + 1}.3-beta.1`])(
    "takes a peer of version %s",
    (peer) => {
      expect(() => checkPeerVersion(peer, "node n1")).not.toThrow();
    },
  );

  it.each([`${major}.${minor + 2}.0`, `${major + 1}.${minor}.0`, "", "x", "1", `${major}.${minor}`])(
    "refuses a peer of version %o with both versions in its sentence",
    (peer) => {
      expect(() => checkPeerVersion(peer, "node n1")).toThrow(
        `[FAILED_PRECONDITION VERSION_SKEW] node n1 speaks version ${JSON.stringify(peer)}, this side ${version}`,
      );
    },
  );
});
