import * as assemblyscript from "assemblyscript";
import { describe, expect, it } from "vitest";
import { flags } from "../../src/compiler/flags.ts";

describe("flags", () => {
  const name: string = "CommonFlags"; // as a literal, TypeScript would see a const enum
  const theirs: unknown = Reflect.get(assemblyscript, name);
  for (const [flag, bit] of Object.entries(flags)) {
    it(`has the compiler's bit for ${flag}`, () => {
      expect(theirs).toHaveProperty(flag.charAt(0).toUpperCase() + flag.slice(1), bit);
    });
  }
});
