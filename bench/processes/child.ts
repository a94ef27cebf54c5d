/**
 * Programs of the suite that run in processes of their own: load clients and the servers of baselines. They talk to the
 * suite over Node's IPC channel, one request at a time. The channel is also their life line: it closes when the suite
 * ends, even by SIGKILL, and a child without it exits (see `answerRequests`).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { markLoad, nameProcess } from "./process-names.ts";

/** A running child. */
export interface Child {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: unknown;
  /** Sends a request; rejects with the child's own error, when the child ends, and when it takes longer than this. */
  request(message: object, timeoutMs: number): Promise<unknown>;
}

/** What goes from a child to the suite. */
type Answer = { readonly value: unknown } | { readonly error: string };

const startTimeoutMs = 120_000;
/** Files of programs are named from here. */
const suiteFolder = new URL("../", import.meta.url);
const compileCache = fileURLToPath(
  new URL("../../node_modules/.cache/heddle-bench/compile", import.meta.url),
);

/** Starts a program of the suite with a configuration; resolves when it says that it is ready. It ends with the scope. */
export async function startChild(
  scope: AsyncDisposableStack,
  file: string,
  config: object,
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const path = fileURLToPath(new URL(file, suiteFolder));
  const child = spawn(process.execPath, [path, JSON.stringify(config)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // A session of its own, like the processes of a fabric: Linux shares the processor out by session first, so that
    // on a busy machine the processes of one session would get less than as many in sessions of their own. And Ctrl-C
    // reaches only the suite, which ends its children in order.
    detached: true,
    // Erasing types and compiling is most of what a client takes to start.
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env },
  });
  scope.defer(() => end(child));
  nameProcess(child.pid, basename(file, ".ts"));
  return {
    pid: child.pid ?? Number.NaN,
    ready: await nextAnswer(child, file, startTimeoutMs),
    request(message, timeoutMs) {
      markLoad();
      const answer = nextAnswer(child, file, timeoutMs);
      child.send(message, (error) => {
        // The same failure ends the child, which rejects the answer with a better sentence.
        if (error !== null) child.kill("SIGKILL");
      });
      return answer;
    },
  };
}

/** The child's half: says that it is ready, then answers requests until the suite has gone. */
export function answerRequests(ready: unknown, answer: (request: unknown) => Promise<unknown>): void {
  process.once("disconnect", () => process.exit());
  process.on("message", (request) => {
    answer(request).then(
      (value) => tell({ value }),
      (error: unknown) => tell({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  tell({ value: ready });
}

/** The child's configuration: what `startChild` was given. */
export function configOf<Config>(): Config {
  return JSON.parse(process.argv[2] ?? "{}") as Config; // written by startChild in the same version of the suite
}

function tell(answer: Answer): void {
  process.send?.(answer);
}

function nextAnswer(child: ChildProcess, file: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => over(new Error(`${file} did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const answered = (message: unknown): void => {
      const answer = message as Answer; // children send nothing else
      if ("error" in answer) over(new Error(`${file}: ${answer.error}`));
      else over(undefined, answer.value);
    };
    const exited = (code: number | null, signal: string | null): void =>
      over(new Error(`${file} ended in the middle of its work (${signal ?? `exit code ${code}`})`));
    const over = (error: Error | undefined, value?: unknown): void => {
      clearTimeout(timer);
      child.off("message", answered).off("exit", exited);
      if (error === undefined) resolve(value);
      else reject(error);
    };
    child.on("message", answered).on("exit", exited);
    if (hasEnded(child)) exited(child.exitCode, child.signalCode);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.connected) child.disconnect();
  const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(force);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
