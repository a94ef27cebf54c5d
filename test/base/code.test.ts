import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { Code, codeName, toCode } from "../../src/base/code.ts";

describe("Code", () => {
  it("has the names and numbers of the gRPC library", () => {
    const theirs = Object.entries(status).filter(([, value]) => typeof value === "number");
    expect(Object.entries(Code)).toEqual(theirs);
  });
});

describe("codeName", () => {
  it("names every code, and UNKNOWN what is none", () => {
    for (const [name, code] of Object.entries(Code)) expect(codeName(code)).toBe(name);
    for (const other of [17, -1, 1.5, NaN]) expect(codeName(other)).toBe("UNKNOWN");
  });
});

describe("toCode", () => {
  it("keeps every code and makes UNKNOWN of what is none", () => {
    for (const code of Object.values(Code)) expect(toCode(code)).toBe(code);
    for (const other of [17, -1, 1.5, NaN, 2 ** 32]) expect(toCode(other)).toBe(Code.UNKNOWN);
  });
});
