/**
 * The functions of `wasi_snapshot_preview1`, with their types and with what a module that uses them reads from outside.
 * Source: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { HostImport } from "./host-imports.ts";
import type { ValueType } from "./value-type.ts";

/** The module that WASI commands import from. */
export const wasiModule = "wasi_snapshot_preview1";

/** Parameters by name: `i` is an i32, `I` an i64. Each gives an errno, an i32, but for `proc_exit`. */
const parameters = {
  args_get: "ii",
  args_sizes_get: "ii",
  clock_res_get: "ii",
  clock_time_get: "iIi",
  environ_get: "ii",
  environ_sizes_get: "ii",
  fd_advise: "iIIi",
  fd_allocate: "iII",
  fd_close: "i",
  fd_datasync: "i",
  fd_fdstat_get: "ii",
  fd_fdstat_set_flags: "ii",
  fd_fdstat_set_rights: "iII",
  fd_filestat_get: "ii",
  fd_filestat_set_size: "iI",
  fd_filestat_set_times: "iIIi",
  fd_pread: "iiiIi",
  fd_prestat_dir_name: "iii",
  fd_prestat_get: "ii",
  fd_pwrite: "iiiIi",
  fd_read: "iiii",
  fd_readdir: "iiiIi",
  fd_renumber: "ii",
  fd_seek: "iIii",
  fd_sync: "i",
  fd_tell: "ii",
  fd_write: "iiii",
  path_create_directory: "iii",
  path_filestat_get: "iiiii",
  path_filestat_set_times: "iiiiIIi",
  path_link: "iiiiiii",
  path_open: "iiiiiIIii",
  path_readlink: "iiiiii",
  path_remove_directory: "iii",
  path_rename: "iiiiii",
  path_symlink: "iiiii",
  path_unlink_file: "iii",
  poll_oneoff: "iiii",
  proc_exit: "i",
  proc_raise: "i",
  random_get: "ii",
  sched_yield: "",
  sock_accept: "iii",
  sock_recv: "iiiiii",
  sock_send: "iiiii",
  sock_shutdown: "ii",
} as const;

/** What a module needs to be allowed for; neither changes anything outside of it. */
const capabilityOf: Readonly<Record<string, string>> = {
  clock_res_get: "clock",
  clock_time_get: "clock",
  random_get: "random",
};

function importOf(name: string, letters: string): HostImport {
  const types = [...letters].map((letter): ValueType => (letter === "I" ? "i64" : "i32"));
  const results: ValueType[] = name === "proc_exit" ? [] : ["i32"];
  return { type: { parameters: types, results }, effects: false, capability: capabilityOf[name] };
}

/** Every function by name. */
export const wasiImports: ReadonlyMap<string, HostImport> = new Map(
  Object.entries(parameters).map(([name, letters]) => [name, importOf(name, letters)]),
);
