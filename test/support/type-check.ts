import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "./source-files.ts";

const compiler = join(repository, "node_modules", "typescript", "bin", "tsc");
const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
const plain = ["--noEmit", "--target", "es2024", "--lib", "es2024", "--module", "nodenext", "--types", ""];

/** What the TypeScript compiler says about files in a folder, or with "-p" about a project; "" when all is well. */
export function typeCheck(folder: string, files: readonly string[], options: readonly string[] = []): string {
  const given = options.includes("-p") ? options : [...strict, ...plain, ...options];
  const args = [compiler, ...given, ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const said = `${stdout}${stderr}`;
  return status === 0 || said !== "" ? said : `tsc ended with ${status}`;
}
