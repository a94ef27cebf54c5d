import { describe, expect, it } from "vitest";
import { admitModule } from "../../src/kernel/admission.ts";
import { wrapModule, type WrapOptions } from "../../src/kernel/wrap.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { fixtureModule } from "../support/foreign-modules.ts";
import { assemble, customSection, descriptorOf, kernelBytes, withSections } from "../support/wasm-module.ts";

const typed = `(module (memory (export "memory") 1)
  (func (export "heddle_alloc") (param i32) (result i32) (i32.const 64))
  (func (export "echo") (param i32 i32) (result i32) (i32.const 0)))`;
const numeric = assemble(`(module (func (export "id") (param i32) (result i32) (local.get 0)))`);
const command =
  assemble(`(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1) (func (export "_start")))`);
const descriptor = writeDescriptorSet(descriptorOf("probe", ["echo"]));

describe("wrapModule", () => {
  it("makes modules of each kind that are admitted", () => {
    const kinds = (wasm: Uint8Array, options: WrapOptions) => {
      const { manifest, functions, capabilities } = admitModule(wrapModule(wasm, options));
      return [manifest.name, manifest.kind, functions, capabilities];
    };
    expect(kinds(assemble(typed), { descriptor })).toEqual(["probe", "typed", ["echo"], []]);
    expect(kinds(numeric, { name: "numbers", raw: true })).toEqual(["numbers", "raw", ["id"], []]);
    expect(kinds(command, { name: "cmd" })).toEqual(["cmd", "wasi", ["run"], ["random"]]);
  });

  it("keeps limits, and says what built the module", () => {
    const manifest = { timeLimitMs: 123, memoryMaxBytes: 8 * 1024 * 1024 };
    const wrapped = wrapModule(fixtureModule("caps"), { name: "caps", manifest });
    expect(admitModule(wrapped).manifest).toMatchObject({
      ...manifest,
      compiler: expect.stringMatching(/^Debian clang \d+/),
    });
    expect(admitModule(wrapModule(numeric, { name: "n", raw: true })).manifest.compiler).toBe("");
  });

  it("does not stumble over a producers section that makes no sense", () => {
    const odd = withSections(numeric, [customSection("producers", Uint8Array.of(255, 255, 1))]);
    expect(admitModule(wrapModule(odd, { name: "n", raw: true })).manifest.compiler).toBe("");
  });

  it("gives the same bytes for the same module, and leaves one that is complete as it is", () => {
    const once = wrapModule(numeric, { name: "n", raw: true });
    expect(wrapModule(numeric, { name: "n", raw: true })).toEqual(once);
    expect(wrapModule(once, { name: "other" })).toBe(once);
  });

  it.each<[string, Uint8Array, WrapOptions, string, string]>([
    [
      "nothing said",
      numeric,
      { name: "n" },
      "BAD_MODULE",
      "deploy it with --raw when its exports take and give numbers",
    ],
    [
      "_start without WASI",
      assemble(`(module (func (export "_start")))`),
      { name: "n" },
      "BAD_MODULE",
      "imports nothing of wasi_snapshot_preview1",
    ],
    ["both ways", numeric, { raw: true, descriptor }, "BAD_MODULE", "give either raw or a .proto file"],
    ["no name", numeric, { raw: true }, "BAD_REQUEST", "needs a name"],
    ["a bad name", numeric, { raw: true, name: "Big-Name" }, "RESERVED_NAME", "lower snake case"],
    ["a reserved name", numeric, { raw: true, name: "grpc" }, "RESERVED_NAME", '"grpc" is reserved'],
    [
      "another name than the package",
      assemble(typed),
      { descriptor, name: "other" },
      "BAD_DESCRIPTOR",
      'the package of the .proto file is "probe"',
    ],
    [
      "raw for a complete module",
      kernelBytes({ wat: typed, functions: ["echo"] }),
      { raw: true, name: "n" },
      "BAD_MODULE",
      "it says itself what it is",
    ],
    [
      "half of the sections",
      withSections(numeric, [customSection("heddle.manifest", new Uint8Array(0))]),
      { raw: true, name: "n" },
      "BAD_MODULE",
      "it has the sections heddle.manifest but not heddle.abi",
    ],
    [
      "no module",
      Buffer.from("#!/bin/sh"),
      { raw: true, name: "n" },
      "BAD_MODULE",
      "no WebAssembly module begins like this",
    ],
    ["exports that are no functions of numbers", assemble(typed), { raw: true, name: "n" }, "", ""],
  ])("refuses %s", (_title, wasm, options, reason, says) => {
    const wrap = () => wrapModule(wasm, options);
    // heddle_alloc and echo take numbers too: what they mean is the caller's word.
    if (reason === "") expect(admitModule(wrap()).functions).toEqual(["heddle_alloc", "echo"]);
    else expect(wrap).toThrow(expect.objectContaining({ reason, rawMessage: expect.stringContaining(says) }));
  });
});
