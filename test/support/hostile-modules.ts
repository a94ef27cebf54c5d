import { limits } from "../../src/base/limits.ts";
import type { FileDescriptor } from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { assemble, customSection, descriptorOf, kernelBytes, withSections } from "./wasm-module.ts";

/** A module that must not become a kernel. */
export interface HostileModule {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly reason: string;
  /** Part of the message. */
  readonly says: string;
}

/** What a healthy module consists of; each hostile one changes a part. */
const parts = {
  memory: `(memory (export "memory") 1)`,
  alloc: `(func (export "heddle_alloc") (param i32) (result i32) (i32.const 64))`,
  echo: `(func (export "echo") (param i32 i32) (result i32) (i32.const 0))`,
  more: "",
  imports: "",
};

/** A module with some of its parts replaced. */
export function moduleWith(
  changed: Partial<typeof parts>,
  manifest: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  const { imports, memory, alloc, echo, more } = { ...parts, ...changed };
  const wat = `(module ${imports} ${memory} ${alloc} ${echo} ${more})`;
  return kernelBytes({ wat, functions: ["echo"], manifest });
}

const plain = assemble(`(module ${parts.memory} ${parts.alloc} ${parts.echo})`);
const abi = customSection("heddle.abi", Uint8Array.of(1));
const descriptor = customSection("heddle.descriptor", writeDescriptorSet(descriptorOf("probe", ["echo"])));
const manifest = customSection("heddle.manifest", text(`{"name":"probe"}`));
const healthy = moduleWith({});

function withoutServices(file: FileDescriptor): FileDescriptor {
  return { ...file, services: [] };
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function raw(...bytes: number[]): Uint8Array {
  return Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes);
}

const start = (body: string) => `(func $begin ${body}) (start $begin)`;

/** Modules whose fault is seen without starting them. */
export const refusedModules: readonly HostileModule[] = [
  row("empty", new Uint8Array(0), "BAD_MODULE", "empty"),
  row("text", text("module.exports = 1"), "BAD_MODULE", "magic"),
  row("truncated header", Uint8Array.of(0, 0x61, 0x73), "BAD_MODULE", "fell off end"),
  row("version 2", Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), "BAD_MODULE", "at byte 4"),
  row("component", Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0), "BAD_MODULE", "at byte 4"),
  row("truncated", healthy.slice(0, 40), "BAD_MODULE", "at byte"),
  row("garbage behind the header", raw(1, 2, 3, 4, 5, 6), "BAD_MODULE", "at byte"),
  row(
    "above the size cap",
    new Uint8Array(limits.moduleMaxBytes + 1),
    "MODULE_TOO_LARGE",
    `${limits.moduleMaxBytes}`,
  ),
  row(
    "types of another package",
    withSections(plain, [
      abi,
      customSection(
        "heddle.descriptor",
        writeDescriptorSet({
          files: [
            ...descriptorOf("probe", ["echo"]).files,
            ...descriptorOf("google", []).files.map(withoutServices),
          ],
        }),
      ),
      manifest,
    ]),
    "BAD_DESCRIPTOR",
    'its file "google.proto" is of the package "google"',
  ),
  row("no sections of ours", plain, "BAD_MODULE", "heddle deploy --raw"),
  row(
    "later ABI",
    sections(customSection("heddle.abi", Uint8Array.of(2)), descriptor, manifest),
    "BAD_MODULE",
    "version 2",
  ),
  row(
    "ABI of two bytes",
    sections(customSection("heddle.abi", Uint8Array.of(1, 1)), descriptor, manifest),
    "BAD_MODULE",
    "2 bytes",
  ),
  row("ABI twice", sections(abi, abi, descriptor, manifest), "BAD_MODULE", "twice"),
  row("no manifest", sections(abi, descriptor), "BAD_MANIFEST", "missing"),
  row(
    "manifest that is no JSON",
    sections(abi, descriptor, customSection("heddle.manifest", text("{"))),
    "BAD_MANIFEST",
    "JSON",
  ),
  row(
    "huge manifest",
    sections(abi, descriptor, customSection("heddle.manifest", new Uint8Array(limits.manifestMaxBytes + 1))),
    "BAD_MANIFEST",
    "65537",
  ),
  row("manifest with an unknown key", moduleWith({}, { timeout: 1 }), "BAD_MANIFEST", `"timeout"`),
  row("reserved name", moduleWith({}, { name: "grpc" }), "RESERVED_NAME", `"grpc"`),
  row("another package than the name", moduleWith({}, { name: "other" }), "BAD_DESCRIPTOR", `"probe"`),
  row("no descriptor", sections(abi, manifest), "BAD_DESCRIPTOR", "missing"),
  row(
    "garbage descriptor",
    sections(abi, customSection("heddle.descriptor", text("\x0a\xff\xff\xff\x7f")), manifest),
    "BAD_DESCRIPTOR",
    "descriptor",
  ),
  row(
    "huge descriptor",
    sections(
      abi,
      customSection("heddle.descriptor", new Uint8Array(limits.descriptorMaxBytes + 1)),
      manifest,
    ),
    "BAD_DESCRIPTOR",
    "1048577",
  ),
  row("no memory", moduleWith({ memory: "" }), "BAD_MODULE", "one memory"),
  row(
    "two memories",
    moduleWith({ memory: `(memory (export "memory") 1) (memory 1)` }),
    "BAD_MODULE",
    "defines 2",
  ),
  row("memory that is not exported", moduleWith({ memory: "(memory 1)" }), "BAD_EXPORT", `"memory"`),
  row(
    "imported memory",
    moduleWith({ imports: `(import "heddle" "memory" (memory 1))`, memory: "" }),
    "BAD_MODULE",
    "one memory",
  ),
  row(
    "shared memory",
    moduleWith({ memory: `(memory (export "memory") 1 2 shared)` }),
    "MEMORY_ABOVE_CAP",
    "threads",
  ),
  row(
    "64-bit memory",
    moduleWith({ memory: `(memory (export "memory") i64 1 2)` }),
    "MEMORY_ABOVE_CAP",
    "wasm32",
  ),
  row(
    "maximum above the cap",
    moduleWith({ memory: `(memory (export "memory") 1 65536)` }),
    "MEMORY_ABOVE_CAP",
    "65536 pages",
  ),
  row(
    "initial size above the cap",
    moduleWith({ memory: `(memory (export "memory") 20000)` }),
    "MEMORY_ABOVE_CAP",
    "1310720000",
  ),
  row(
    "initial size above the manifest's",
    moduleWith({ memory: `(memory (export "memory") 3)` }, { memoryMaxBytes: 131072 }),
    "MEMORY_ABOVE_CAP",
    "131072",
  ),
  row("atomic instructions", moduleWith({ more: "(func (atomic.fence))" }), "BAD_MODULE", "threads"),
  row(
    "unknown import",
    moduleWith({ imports: `(import "env" "abort" (func (param i32 i32 i32 i32)))` }),
    "BAD_IMPORT",
    "env.abort",
  ),
  row(
    "unknown host import",
    moduleWith({ imports: `(import "heddle" "fetch" (func))` }),
    "BAD_IMPORT",
    "heddle.log",
  ),
  row(
    "WASI import",
    moduleWith({
      imports: `(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))`,
    }),
    "BAD_IMPORT",
    "WASI",
  ),
  row(
    "import of another type",
    moduleWith({ imports: `(import "heddle" "log" (func (param i64)))` }),
    "BAD_IMPORT",
    "(i64) -> ()",
  ),
  row(
    "global as import",
    moduleWith({ imports: `(import "heddle" "log" (global i32))` }),
    "BAD_IMPORT",
    "a global",
  ),
  row("no heddle_alloc", moduleWith({ alloc: "" }), "BAD_EXPORT", "heddle_alloc"),
  row(
    "heddle_alloc of another type",
    moduleWith({ alloc: `(func (export "heddle_alloc") (param i64) (result i32) (i32.const 0))` }),
    "BAD_EXPORT",
    "(i64) -> i32",
  ),
  row(
    "function that is missing",
    moduleWith({ echo: `(func (export "ecco") (param i32 i32) (result i32) (i32.const 0))` }),
    "BAD_EXPORT",
    "ecco",
  ),
  row(
    "function of another type",
    moduleWith({ echo: `(func (export "echo") (param i32 i32) (result i64) (i64.const 0))` }),
    "BAD_EXPORT",
    "(i32, i32) -> i64",
  ),
  row(
    "global in place of a function",
    moduleWith({ echo: `(global (export "echo") i32 (i32.const 0))` }),
    "BAD_EXPORT",
    "a global",
  ),
  row(
    "reserved export name",
    moduleWith({ more: `(global (export "heddle.global.0") (mut i32) (i32.const 0))` }),
    "BAD_EXPORT",
    "heddle.global.0",
  ),
  row("tail call", moduleWith({ more: "(func $f (return_call $f))" }), "BAD_MODULE", "tail calls"),
  row(
    "indirect tail call",
    moduleWith({ more: "(table 1 funcref) (func (return_call_indirect (i32.const 0)))" }),
    "BAD_MODULE",
    "tail calls",
  ),
  row(
    "tail call by reference",
    moduleWith({ more: "(type $v (func)) (func (param (ref $v)) (return_call_ref $v (local.get 0)))" }),
    "BAD_MODULE",
    "tail calls",
  ),
  row(
    "struct type",
    moduleWith({ more: "(type $s (struct (field i32))) (func (drop (struct.new $s (i32.const 1))))" }),
    "BAD_MODULE",
    "struct and array",
  ),
  row(
    "array type",
    moduleWith({ more: "(type $a (array i8)) (func (param (ref null $a)))" }),
    "BAD_MODULE",
    "struct and array",
  ),
  row(
    "garbage-collected instruction",
    moduleWith({ more: "(func (drop (ref.i31 (i32.const 1))))" }),
    "BAD_MODULE",
    "garbage-collected",
  ),
  row("huge table", moduleWith({ more: "(table 9000000 funcref)" }), "BAD_MODULE", "9000000 table entries"),
  row(
    "several large tables",
    moduleWith({ more: "(table 40000 funcref)".repeat(2) }),
    "BAD_MODULE",
    "80000 table entries",
  ),
  row(
    "table that grows without a maximum",
    moduleWith({ more: "(table 1 funcref) (func (drop (table.grow 0 (ref.null func) (i32.const 1))))" }),
    "BAD_MODULE",
    "declare a maximum",
  ),
  row(
    "table that grows far",
    moduleWith({
      more: "(table 1 70000 funcref) (func (drop (table.grow 0 (ref.null func) (i32.const 1))))",
    }),
    "BAD_MODULE",
    "70000 table entries",
  ),
  row(
    "too many exports",
    moduleWith({ more: Array.from({ length: 5000 }, (_, at) => `(export "e${at}" (memory 0))`).join("") }),
    "BAD_MODULE",
    "exports",
  ),
  row(
    "too many functions",
    moduleWith({ more: "(func)".repeat(limits.moduleFunctionsMax) }),
    "BAD_MODULE",
    "functions",
  ),
  row(
    "too large a function",
    moduleWith({ more: `(func ${"(drop (i32.const 1))".repeat(limits.functionBodyMaxBytes / 3 + 1)})` }),
    "BAD_MODULE",
    "function body",
  ),
  row(
    "too many element segments",
    moduleWith({ more: `(func $g) (elem funcref ${"(ref.func $g)".repeat(300_000)})` }),
    "BAD_MODULE",
    "element segments",
  ),
];

/** Modules whose fault shows when they are started. */
export const refusedAtStart: readonly HostileModule[] = [
  row("start function that traps", moduleWith({ more: start("unreachable") }), "BAD_MODULE", "unreachable"),
  row(
    "start function that recurses without end",
    moduleWith({ more: start("(call $begin)") }),
    "BAD_MODULE",
    "call stack",
  ),
  row(
    "start function that logs",
    moduleWith({
      imports: `(import "heddle" "log" (func $log (param i32 i32 i32)))`,
      more: start("(call $log (i32.const 0) (i32.const 0) (i32.const 0))"),
    }),
    "BAD_IMPORT",
    "heddle.log",
  ),
  row(
    "start function that fails and catches it",
    moduleWith({
      imports: `(import "heddle" "fail" (func $fail (param i32 i32 i32)))`,
      more: start("(try (do (call $fail (i32.const 0) (i32.const 0) (i32.const 0))) (catch_all))"),
    }),
    "BAD_IMPORT",
    "heddle.fail",
  ),
  row(
    "data outside of memory",
    moduleWith({ more: `(data (i32.const 65535) "ab")` }),
    "BAD_MODULE",
    "segment",
  ),
];

/** A module whose start function never ends. */
export const endlessStart: Uint8Array = moduleWith({ more: start("(loop $again (br $again))") });

function row(title: string, bytes: Uint8Array, reason: string, says: string): HostileModule {
  return { title, bytes, reason, says };
}

function sections(...custom: Uint8Array[]): Uint8Array {
  return withSections(plain, custom);
}
