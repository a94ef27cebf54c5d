/**
 * Modules in other languages: as they lie in test/fixtures/modules, built, and built anew from their sources where the
 * machine has the compilers. Both must do the same.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleText } from "../../src/compiler/assemble-text.ts";
import { prerequisite } from "./prerequisite.ts";
import { repository } from "./source-files.ts";

const packages = "clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32";
const headers = join(repository, "kernels", "c");
const folder = join(repository, "test", "fixtures", "modules");

/** The commands of kernels/c/README.md. */
const flags = {
  typed: ["--target=wasm32", "-O2", "-mbulk-memory", "-nostdlib", "-Wl,--no-entry"],
  library: ["--target=wasm32-wasi", "-mexec-model=reactor", "-O2", "-DHEDDLE_MALLOC"],
  wasi: ["--target=wasm32-wasi", "-O2"],
} as const;

/** The sources, with how each is compiled. */
const sources = {
  stats: { path: join(headers, "stats.c"), kind: "typed" },
  types: { path: join(folder, "types.c"), kind: "typed" },
  caps: { path: join(headers, "caps.c"), kind: "wasi" },
} as const;

/** clang with what it needs for WebAssembly, or undefined. */
export function findClang(): string | undefined {
  const advice = `apt-get install ${packages}`;
  return prerequisite({
    program: ["clang-19", "clang"],
    proof: ["--target=wasm32-wasi", "--version"],
    advice,
  });
}

/** A module as it lies in the repository; that of text is assembled. */
export function fixtureModule(name: keyof typeof sources | "numbers"): Uint8Array {
  if (name !== "numbers") return new Uint8Array(readFileSync(join(folder, `${name}.wasm`)));
  const path = join(repository, "kernels", "wat", "numbers.wat");
  return assembleText(readFileSync(path, "utf8"), path);
}

/** A module, built from its source without a warning. */
export function compiledModule(clang: string, name: keyof typeof sources): Uint8Array {
  const { path, kind } = sources[name];
  return compileC(clang, path, kind);
}

/** Compiles a C or C++ source. Throws what the compiler says; a warning is an error. */
export function compileC(clang: string, path: string, kind: keyof typeof flags): Uint8Array {
  const built = mkdtempSync(join(tmpdir(), "heddle-clang-"));
  try {
    const out = join(built, "built.wasm");
    const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
    const { status, stderr } = spawnSync(clang, [...flags[kind], ...strict, `-I${headers}`, path, "-o", out]);
    if (status !== 0) throw new Error(`${path} does not compile: ${String(stderr)}`);
    return new Uint8Array(readFileSync(out));
  } finally {
    rmSync(built, { recursive: true });
  }
}
