import { glob, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { run as runTests } from "node:test";
import { spec } from "node:test/reporters";
import type { Command, CommandContext } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import type { Output } from "../output.ts";

/** `heddle test` */
export const test: Command = {
  name: "test",
  about: "run the tests of kernels, *.test.ts, without a fabric",
  args: "[FOLDER|FILE]",
  options: {
    grep: { type: "text", value: "PATTERN", about: "only tests whose name matches this regular expression" },
  },
  example: "heddle test hello",
  async run(context) {
    const { args, output } = context;
    args.atMost(1);
    const { folder, files } = await testFiles(args.positionals[0] ?? ".");
    const summary = await runFiles(context, folder, files);
    if (output.json) output.value(summary);
    return summary.failed === 0 ? ExitCode.OK : ExitCode.FAILED;
  },
};

/** What `--json` prints. */
interface TestsSummary {
  readonly files: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  readonly failures: readonly TestFailure[];
}

interface TestFailure {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly message: string;
}

/** The tests that are meant by a folder, a test or a kernel's source, and the folder they run in. */
async function testFiles(target: string): Promise<{ folder: string; files: string[] }> {
  const path = resolve(target);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`there is no file or folder "${target}"`);
  if (found.isDirectory()) {
    const exclude = ["**/node_modules/**", "**/.*/**"];
    const files: string[] = [];
    for await (const file of glob("**/*.test.{ts,js,mjs}", { cwd: path, exclude }))
      files.push(join(path, file));
    if (files.length > 0) return { folder: path, files: files.toSorted() };
    throw new UsageError(`there is no test in ${target}; the name of a test ends in .test.ts`);
  }
  if (/\.test\.(ts|js|mjs)$/.test(path)) return { folder: dirname(path), files: [path] };
  const name = `${basename(path).replace(/\.[a-z]+$/, "")}.test.ts`;
  for (const file of [join(dirname(path), name), join(dirname(path), "test", name)]) {
    if ((await stat(file).catch(() => undefined))?.isFile() === true)
      return { folder: dirname(path), files: [file] };
  }
  throw new UsageError(`${target} is no test, and there is no ${name} beside it or in a folder "test"`);
}

/** The module that lets tests import "heddle" and "heddle/testing" with nothing installed in their folder. */
const hooks = new URL(`../test-hooks.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

async function runFiles(
  { args, output, signal }: CommandContext,
  folder: string,
  files: readonly string[],
): Promise<TestsSummary> {
  const failures: TestFailure[] = [];
  let counts = { passed: 0, skipped: 0, todo: 0 };
  let durationMs = 0;
  // node:test ends its processes only when the reason is an error; ours is the name of a signal.
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  const stream = runTests({
    files: [...files],
    cwd: folder,
    concurrency: true,
    execArgv: ["--import", hooks.href],
    signal: stop.signal,
    ...pattern(args.text("grep")),
  });
  stream.on("test:fail", ({ name, file, line, details }) => {
    const { failureType } = details.error as { failureType?: string }; // as node:test documents it
    // A suite fails because of its tests, and they say why themselves.
    if (failureType === "subtestsFailed") return;
    const { cause } = details.error;
    const message = cause instanceof Error ? cause.message : String(cause ?? details.error.message);
    failures.push({ file: file === undefined ? "" : relative(folder, file), line: line ?? 0, name, message });
  });
  stream.on("test:summary", (summary) => {
    if (summary.file !== undefined) return; // of one file
    counts = summary.counts;
    durationMs = summary.duration_ms;
  });
  await print(stream, output);
  signal.throwIfAborted();
  return {
    files: files.length,
    passed: counts.passed,
    failed: failures.length,
    skipped: counts.skipped + counts.todo,
    durationMs: Math.round(durationMs),
    failures,
  };
}

async function print(stream: ReturnType<typeof runTests>, output: Output): Promise<void> {
  if (output.json) {
    for await (const _event of stream); // the listeners take what they need
    return;
  }
  let rest = "";
  for await (const chunk of stream.compose(new spec())) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) output.line(line);
  }
  if (rest !== "") output.line(rest);
}

function pattern(text: string | undefined): { testNamePatterns?: RegExp } {
  if (text === undefined) return {};
  try {
    return { testNamePatterns: new RegExp(text) };
  } catch (error) {
    throw new UsageError(`--grep: ${error instanceof Error ? error.message : String(error)}`);
  }
}
