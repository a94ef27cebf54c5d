import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { admitModule, inspectModule } from "../../src/kernel/admission.ts";
import { createInstance } from "../../src/kernel/instance.ts";
import { commandSchema } from "../../src/kernel/wasi-command.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { moduleWith } from "../support/hostile-modules.ts";
import { commandBytes } from "../support/kind-modules.ts";

const imports = {
  read: `(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))`,
  write: `(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))`,
  exit: `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`,
  sizes: `(import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))`,
  args: `(import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))`,
  envSizes: `(import "wasi_snapshot_preview1" "environ_sizes_get" (func $envSizes (param i32 i32) (result i32)))`,
  env: `(import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))`,
};

/** A command: what it imports, what it does, and a memory in which 100 holds a vector. */
function command(names: readonly (keyof typeof imports)[], body: string, more = ""): string {
  return `(module ${names.map((name) => imports[name]).join("\n")} (memory (export "memory") 3) ${more}
    (func $put (param $fd i32) (param $at i32) (param $size i32)
      (i32.store (i32.const 100) (local.get $at)) (i32.store (i32.const 104) (local.get $size))
      ${names.includes("write") ? "(drop (call $write (local.get $fd) (i32.const 100) (i32.const 1) (i32.const 108)))" : ""})
    (func (export "_start") ${body}))`;
}

function open(wat: string) {
  const { kernel, normalized } = inspectModule(commandBytes(wat));
  const module = new WebAssembly.Module(normalized.bytes);
  const instance = createInstance({ module, ...kernel, sinks: { log: () => {} } });
  const { request, response } = commandSchema();
  const send = (payload: Uint8Array): Record<string, unknown> | string => {
    const source = new Uint8Array(new SharedArrayBuffer(payload.length + 8)); // as in a worker
    source.set(payload, 5);
    if (!instance.call(0, source, 5, payload.length))
      return `${instance.failure?.reason}: ${instance.failure?.message}`;
    const value = decodeMessage(
      response,
      instance.bytes.slice(instance.resultAt, instance.resultAt + instance.resultSize),
    );
    const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString(); // both are of the type bytes
    return { ...value, stdout: text(value["stdout"]), stderr: text(value["stderr"]) };
  };
  const run = (given: object = {}) => send(encodeMessage(request, given));
  return { kernel, instance, run, send };
}

/** Copies stdin to stdout, in pieces of 7 bytes. */
const cat = command(
  ["read", "write"],
  `(block $end (loop $more
    (i32.store (i32.const 100) (i32.const 200)) (i32.store (i32.const 104) (i32.const 7))
    (drop (call $read (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 108)))
    (br_if $end (i32.eqz (i32.load (i32.const 108))))
    (call $put (i32.const 1) (i32.const 200) (i32.load (i32.const 108)))
    (br $more)))`,
);

/** Writes what args_get, then what environ_get leaves in memory. */
const show = command(
  ["sizes", "args", "envSizes", "env", "write"],
  `(drop (call $sizes (i32.const 0) (i32.const 4))) (drop (call $args (i32.const 1000) (i32.const 2000)))
   (call $put (i32.const 1) (i32.const 2000) (i32.load (i32.const 4)))
   (drop (call $envSizes (i32.const 0) (i32.const 4))) (drop (call $env (i32.const 1000) (i32.const 2000)))
   (call $put (i32.const 2) (i32.const 2000) (i32.load (i32.const 4)))`,
);

describe("WasiInstance", () => {
  it("gives what the command wrote, from a new instance each time", () => {
    const { run, instance } = open(cat);
    for (const text of ["", "short", "longer than one piece, with ä and 😀".repeat(200)]) {
      expect(run({ stdin: Buffer.from(text) })).toEqual({ stdout: text, stderr: "", exitCode: 0 });
    }
    expect(instance.rebuilds).toBe(2);
  });

  it("gives arguments and environment as they are in UTF-8, after the kernel's name", () => {
    const { run } = open(show);
    const given = { args: ["-x", "", "Grüße 😀"], env: { LANG: "C", EMPTY: "", É: "ü" } };
    const found = { stdout: "probe\0-x\0\0Grüße 😀\0", stderr: "LANG=C\0EMPTY=\0É=ü\0", exitCode: 0 };
    expect(run(given)).toEqual(found);
    expect(run()).toEqual({ stdout: "probe\0", stderr: "", exitCode: 0 });
  });

  it.each([
    [{ args: ["a\0b"] }, "has a NUL character"],
    [{ env: { "A=B": "c" } }, 'cannot be "A=B"'],
    [{ env: { "": "c" } }, 'cannot be ""'],
  ])("refuses %j", (given, says) => {
    const said = open(show).run(given);
    expect(said).toContain("BAD_PAYLOAD: payload: args and env: ");
    expect(said).toContain(says);
  });

  it("refuses a request that is none", () => {
    expect(open(cat).send(Uint8Array.of(10, 5, 1))).toContain("BAD_PAYLOAD");
  });

  it.each([0, 1, 77, -1])("gives the exit code %i with what was written before", (code) => {
    const { run } = open(
      command(
        ["write", "exit"],
        `(call $put (i32.const 1) (i32.const 0) (i32.const 2)) (call $exit (i32.const ${code}))
        (call $put (i32.const 1) (i32.const 0) (i32.const 2))`,
        `(data (i32.const 0) "hi")`,
      ),
    );
    expect(run()).toEqual({ stdout: "hi", stderr: "", exitCode: code });
  });

  it("counts the first exit, also when the command goes on after it", () => {
    const { run } = open(
      command(["exit"], `(try (do (call $exit (i32.const 5))) (catch_all)) (unreachable)`),
    );
    expect(run()).toEqual({ stdout: "", stderr: "", exitCode: 5 });
  });

  it("repeats the end of stderr when the command traps", () => {
    const { run } = open(
      command(
        ["write"],
        `(call $put (i32.const 2) (i32.const 0) (i32.const 7)) (unreachable)`,
        `(data (i32.const 0) "no luck")`,
      ),
    );
    const said = run();
    expect(said).toContain('KERNEL_TRAP: function "run" trapped: unreachable');
    expect(said).toContain("; stderr ends with: no luck");
    expect(run()).toEqual(said);
  });

  it("ends a command that writes without end", () => {
    const { run } = open(
      command(
        ["write"],
        `(loop $more (call $put (i32.const 1) (i32.const 0) (i32.const 131072)) (br $more))`,
      ),
    );
    const most = limits.payloadMaxBytes - limits.commandOutputOverheadBytes;
    expect(run()).toBe(`RESULT_TOO_LARGE: the command wrote more than ${most} bytes`);
  });

  it("answers with an errno where there is nothing: files, sockets, waiting, too many pieces", () => {
    const { run } = open(`(module
      (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
      ${imports.write} ${imports.exit} (memory (export "memory") 1)
      (func $must (param $is i32) (param $want i32)
        (if (i32.ne (local.get $is) (local.get $want)) (then (call $exit (local.get $is)))))
      (func (export "_start")
        (call $must (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 8)) (i32.const 8))
        (call $must (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)) (i32.const 52))
        (call $must (call $accept (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 52))
        (call $must (call $prestat (i32.const 3) (i32.const 0)) (i32.const 8))
        (call $must (call $write (i32.const 1) (i32.const 0) (i32.const 1025) (i32.const 64)) (i32.const 28))
        (call $must (call $write (i32.const 9) (i32.const 0) (i32.const 1) (i32.const 64)) (i32.const 8))
        (call $exit (i32.const 99))))`);
    expect(run()).toEqual({ stdout: "", stderr: "", exitCode: 99 });
  });

  it("counts what a write announces before any of it is copied", () => {
    const { run } = open(
      command(["write"], `(call $put (i32.const 1) (i32.const 0) (i32.const -1)) (unreachable)`),
    );
    expect(run()).toContain("RESULT_TOO_LARGE: the command wrote more than");
  });

  it("takes a pointer outside of memory for a trap", () => {
    const { run } = open(command(["sizes"], `(drop (call $sizes (i32.const -4) (i32.const 0)))`));
    expect(run()).toContain("KERNEL_TRAP");
  });
});

describe("admitModule of commands", () => {
  it("is pure, and deterministic unless it reads the clock or random bytes", () => {
    const of = (wat: string) => {
      const { pure, deterministic, capabilities } = admitModule(commandBytes(wat));
      return { pure, deterministic, capabilities };
    };
    expect(of(cat)).toEqual({ pure: true, deterministic: true, capabilities: [] });
    const random = `(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32)))
      (memory (export "memory") 1) (func (export "_start")))`;
    expect(of(random)).toEqual({ pure: true, deterministic: false, capabilities: ["clock", "random"] });
  });

  it.each([
    ["no _start", `(module (memory (export "memory") 1))`, 'must export a function "_start" () -> ()'],
    [
      "another _start",
      `(module (memory (export "memory") 1) (func (export "_start") (param i32)))`,
      '"_start" must have the type () -> ()',
    ],
    ["no memory", `(module (memory 1) (func (export "_start")))`, 'must export its memory as "memory"'],
    [
      "a function of another version",
      `(module (import "wasi_unstable" "fd_close" (func (param i32) (result i32))) (memory (export "memory") 1) (func (export "_start")))`,
      "import wasi_unstable.fd_close (function) does not exist",
    ],
    [
      "a wrong type",
      `(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))) (memory (export "memory") 1) (func (export "_start")))`,
      "import wasi_snapshot_preview1.fd_close must have the type (i32) -> i32, it has (i64) -> i32",
    ],
  ])("refuses a command with %s", (_title, wat, says) => {
    expect(() => admitModule(commandBytes(wat))).toThrow(says);
  });

  it("wants clock and chance to be declared", () => {
    const wat = `(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
      (memory (export "memory") 1) (func (export "_start")))`;
    expect(() => admitModule(commandBytes(wat, { capabilities: ["clock"] }))).toThrow(
      'import wasi_snapshot_preview1.random_get needs the capability "random" in the manifest',
    );
  });

  it("refuses WASI in a typed kernel", () => {
    const wasi = `(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))`;
    expect(() => admitModule(moduleWith({ imports: wasi }))).toThrow("a typed kernel has no WASI");
  });

  it("refuses a start function that calls WASI", () => {
    const wat = command(["exit"], "", `(func $begin (call $exit (i32.const 0))) (start $begin)`);
    expect(() => open(wat)).toThrow("the start function calls the import wasi_snapshot_preview1.proc_exit");
  });
});
