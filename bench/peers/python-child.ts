/**
 * Programs of the suite in Python. They are asked and answer in lines of JSON over their standard input and output, and
 * the input is their life line: it closes when the suite ends, however it does, and then they end (see `serving.py`).
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Child } from "../processes/child.ts";
import { own } from "./installed.ts";

/** What goes from a program to the suite. */
type Answer = { readonly value: unknown } | { readonly error: string };

const startTimeoutMs = 60_000;
const endTimeoutMs = 10_000;

/** Starts a program of this folder; resolves when it says that it is ready. It ends with the scope. */
export async function startPython(
  scope: AsyncDisposableStack,
  python: string,
  file: string,
  config: object,
): Promise<Child> {
  const child = spawn(python, [own(file), JSON.stringify(config)], {
    stdio: ["pipe", "pipe", "inherit"],
    // A session of its own, as all processes of the suite have; see child.ts.
    detached: true,
  });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", () => resolve()).once("error", () => resolve()),
  );
  child.stdin.on("error", () => {}); // the program's end, which "exit" tells
  scope.defer(async () => {
    child.stdin.end();
    const force = setTimeout(() => child.kill("SIGKILL"), endTimeoutMs);
    await gone;
    clearTimeout(force);
  });
  let answered = (_line: string): void => {};
  createInterface({ input: child.stdout }).on("line", (line) => answered(line));
  const nextAnswer = async (timeoutMs: number): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    answered = resolve;
    const timer = setTimeout(
      () => reject(new Error(`${file} did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    void gone.then(() => reject(new Error(`${file} ended in the middle of its work`)));
    try {
      const answer = JSON.parse(await promise) as Answer; // serving.py writes nothing else
      if ("error" in answer) throw new Error(`${file}: ${answer.error}`);
      return answer.value;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    pid: child.pid ?? Number.NaN,
    ready: await nextAnswer(startTimeoutMs),
    request(message, timeoutMs) {
      const answer = nextAnswer(timeoutMs);
      child.stdin.write(`${JSON.stringify(message)}\n`);
      return answer;
    },
  };
}
