import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../base/error.ts";
import type { BuildOrder, BuildOutcome } from "./build-messages.ts";

const program = fileURLToPath(
  new URL(`./build-process.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);

/**
 * Builds kernels in a process of its own, so that whoever serves or calls a fabric meanwhile is not held up. The process
 * stays warm; one that dies is replaced at the next build.
 */
export class Builder {
  #child: ChildProcess | undefined;
  #nextId = 1;

  /** Builds a source. Rejects with INTERNAL when the process dies, which the compiler should never do. */
  build(file: string, optimize: boolean): Promise<BuildOutcome> {
    const child = (this.#child ??= this.#start());
    const order: BuildOrder = { id: this.#nextId++, file, optimize };
    return new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null): void => {
        child.off("message", take);
        reject(
          new HeddleError("INTERNAL", `the compiler's process ended (${signal ?? `exit code ${code}`})`),
        );
      };
      const take = (outcome: BuildOutcome): void => {
        if (outcome.id !== order.id) return;
        child.off("message", take).off("exit", ended);
        resolve(outcome);
      };
      child.on("message", take).once("exit", ended);
      child.send(order);
    });
  }

  /** Ends the process. */
  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #start(): ChildProcess {
    // "advanced" carries bytes and maps as they are.
    const child = fork(program, [], {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }
}
