import { describe, expect, it } from "vitest";
import { sharedPart } from "../../bench/shared-parts.ts";

function setup() {
  let started = 0;
  return { scope: new AsyncDisposableStack(), start: () => Promise.resolve(++started) };
}

describe("sharedPart", () => {
  it("starts a part once in a scope", async () => {
    const { scope, start } = setup();
    expect(await Promise.all([sharedPart(scope, "a", start), sharedPart(scope, "a", start)])).toEqual([1, 1]);
  });

  it("starts another for another key or another scope", async () => {
    const { scope, start } = setup();
    expect(await sharedPart(scope, "a", start)).toBe(1);
    expect(await sharedPart(scope, "b", start)).toBe(2);
    expect(await sharedPart(new AsyncDisposableStack(), "a", start)).toBe(3);
  });

  it("tries again after a start that failed", async () => {
    const { scope, start } = setup();
    await expect(sharedPart(scope, "a", () => Promise.reject(new Error("no port")))).rejects.toThrow(
      "no port",
    );
    expect(await sharedPart(scope, "a", start)).toBe(1);
  });
});
