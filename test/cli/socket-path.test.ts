import { describe, expect, it } from "vitest";
import { socketPath } from "../../src/cli/socket-path.ts";

describe("socketPath", () => {
  it("gives a path that a socket can have", () => {
    expect(socketPath("/srv/heddle/gateway.sock")).toBe("/srv/heddle/gateway.sock");
  });

  it("gives none for one that is too long in bytes", () => {
    expect(socketPath(`/${"ä".repeat(60)}`)).toBe("");
  });
});
