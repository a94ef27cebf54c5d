import { describe, expect, it } from "vitest";
import { clampTimeout } from "../../src/wire/timeout.ts";

describe("clampTimeout", () => {
  it.each(["1n", "99999999u", "99999999m", "5S", "15M", "596H", "2147483S"])("leaves %s", (header) => {
    expect(clampTimeout(header)).toBe(header);
  });

  it.each(["597H", "600H", "99999999H", "99999999M", "99999999S", "2147484S"])("shortens %s", (header) => {
    expect(clampTimeout(header)).toBe("2147483S");
  });

  it.each(["abc", "", "-1S", "1", "123456789S", "1 S"])(
    "leaves %j to the library, which refuses it",
    (header) => {
      expect(clampTimeout(header)).toBe(header);
    },
  );
});
