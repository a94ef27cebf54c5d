/**
 * Programs that some tests need and npm does not bring: compilers and clients of other languages. `.ci/run` installs
 * them. Where one is missing its tests are skipped with a line that nobody overlooks; under CI they fail instead, so
 * that no run is green because something was not there.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program that tests need. */
export interface Prerequisite {
  /** Name of the program, `grpcurl`, or the names it goes by, the preferred first. */
  readonly program: string | readonly string[];
  /** Arguments with which it proves that it is fit: it must end with 0. Default: being executable is enough. */
  readonly proof?: readonly string[];
  /** Folders to look in before those of PATH. */
  readonly folders?: readonly string[];
  /** What to type to get it. */
  readonly advice: string;
}

/**
 * The path of a program, or undefined where it is missing, which is said on stderr: meant for `describe.skipIf`. Throws
 * when it is missing and the variable CI is set.
 */
export function prerequisite(
  wanted: Prerequisite,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const names = typeof wanted.program === "string" ? [wanted.program] : wanted.program;
  const folders = [...(wanted.folders ?? []), ...(env["PATH"] ?? "").split(delimiter)];
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find((path) => isExecutable(path) && isFit(path, wanted.proof));
  if (found !== undefined) return found;
  lacking(`${names.join(" or ")} is missing or not fit; get it with: ${wanted.advice}`, env);
  return undefined;
}

/** Says on stderr that tests are skipped because something is missing; throws where the variable CI is set. */
export function lacking(said: string, env: Readonly<Record<string, string | undefined>> = process.env): void {
  if (isSet(env["CI"])) throw new Error(`${said} (it is not optional where CI is set)`);
  process.stderr.write(`\n!!! TESTS SKIPPED: ${said}\n`);
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== "" && variable !== "false" && variable !== "0";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not for us
  }
}

function isFit(path: string, proof: readonly string[] | undefined): boolean {
  return proof === undefined || spawnSync(path, proof, { stdio: "ignore", timeout: 30_000 }).status === 0;
}
