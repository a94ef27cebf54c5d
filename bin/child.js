/**
 * Runs the real process under a thin parent, so that the two look like one from outside.
 *
 * Signals: a Ctrl-C goes to every process of the terminal's foreground group, and npm passes on what it gets as well,
 * so a child in the same group would see one key press two or three times, and a fabric takes the second SIGINT for
 * "now, at once". The child therefore leads a process group of its own and hears only its parent, which passes on the
 * first signal of a kind and drops the same one when it comes again within `echoMs`. Ctrl-Z stops both.
 *
 * Death: the parent holds the other end of the child's file descriptor 3. When the parent is gone, by SIGKILL too,
 * the kernel closes it and parent-watch.js in the child sees the end.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { parentFdVariable } from "./parent-fd.js";

/** Copies of one key press arrive within a few milliseconds; a person presses again much later. */
const echoMs = 300;

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"];

/**
 * Runs a program to its end with this process's standard streams.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdio?: "inherit" | "pipe", onOutput?: (chunk: Buffer) => void }} [options]
 * @returns {Promise<number>} its exit code, 128 + n when a signal n ended it
 */
export async function runChild(command, args, options = {}) {
  const stdio = options.onOutput === undefined ? "inherit" : "pipe";
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...(options.env ?? process.env), [parentFdVariable]: "3" },
    stdio: [stdio === "pipe" ? "ignore" : "inherit", stdio, stdio, "pipe"],
    detached: true,
  });
  // The child never writes there; an error is its death, which "close" reports.
  child.stdio[3].on("error", () => {});
  if (options.onOutput !== undefined) {
    child.stdout.on("data", options.onOutput);
    child.stderr.on("data", options.onOutput);
  }
  const stopPassing = passSignals(child);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
    });
  } finally {
    stopPassing();
  }
}

/**
 * Tells copies of one signal from a new one.
 * @returns {(signal: string, now: number) => boolean} true for the same signal again within `echoMs` of the last
 */
export function createEchoFilter() {
  const lastAt = new Map();
  return (signal, now) => {
    const echo = now - (lastAt.get(signal) ?? -Infinity) < echoMs;
    lastAt.set(signal, now);
    return echo;
  };
}

/** Passes signals of this process on to its child; answers how to stop that. */
function passSignals(child) {
  const isEcho = createEchoFilter();
  const pass = (signal) => {
    if (!isEcho(signal, performance.now())) child.kill(signal);
  };
  const pause = () => {
    signalGroup(child, "SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  };
  const resume = () => signalGroup(child, "SIGCONT");
  const listeners = [...passedOn.map((name) => [name, pass]), ["SIGTSTP", pause], ["SIGCONT", resume]];
  for (const [name, listener] of listeners) process.on(name, listener);
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
}

/** Signals the child and all its children; the child leads their group. */
function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended in the meantime, which "close" reports.
  }
}
