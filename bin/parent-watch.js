/**
 * The child's half of child.js: ends this process when the one that started it is gone. Loaded before the program, by
 * `--import` or by heddle.js. Does nothing in a process that was not started with HEDDLE_PARENT_FD.
 */
import { fstatSync } from "node:fs";
import { Socket } from "node:net";
import { isMainThread } from "node:worker_threads";
import { parentFdVariable } from "./parent-fd.js";

/** How long a program may take to stop by itself after its parent has gone. */
const graceMs = 2000;

const fd = Number(process.env[parentFdVariable]);
if (isMainThread && fd >= 3) {
  // Processes that this one starts have other parents and another descriptor 3.
  delete process.env[parentFdVariable];
  if (isOpen(fd)) watch(fd);
}

function isOpen(number) {
  try {
    const stats = fstatSync(number);
    return stats.isSocket() || stats.isFIFO();
  } catch {
    return false;
  }
}

/** Reads the descriptor to its end without keeping the process alive. */
function watch(number) {
  const socket = new Socket({ fd: number, readable: true, writable: false });
  socket.on("error", () => {});
  socket.once("close", () => {
    setTimeout(() => process.exit(143), graceMs).unref();
    process.kill(process.pid, "SIGTERM");
  });
  socket.resume();
  socket.unref();
}
