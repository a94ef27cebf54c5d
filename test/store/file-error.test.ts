import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { errorCode, fileError } from "../../src/store/file-error.ts";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: so it is`), { code });

describe("fileError", () => {
  it.each([
    ["ENOSPC", "STORE_FULL"],
    ["EDQUOT", "STORE_FULL"],
    ["EIO", "INTERNAL"],
    ["EACCES", "INTERNAL"],
  ])("turns %s into %s and says what was done", (code, reason) => {
    const cause = systemError(code);
    expect(fileError(cause, "writing x")).toMatchObject({
      reason,
      cause,
      rawMessage: expect.stringMatching(new RegExp(`writing x.*${code}`)),
    });
  });

  it("keeps a HeddleError", () => {
    const own = new HeddleError("MODULE_CORRUPT", "damaged");
    expect(fileError(own, "reading x")).toBe(own);
  });
});

describe("errorCode", () => {
  it("gives the code of a system error and nothing of anything else", () => {
    expect(errorCode(systemError("ENOENT"))).toBe("ENOENT");
    expect(errorCode(Object.assign(new Error("odd"), { code: 7 }))).toBeUndefined();
    expect(errorCode(new Error("plain"))).toBeUndefined();
    expect(errorCode("ENOENT")).toBeUndefined();
  });
});
