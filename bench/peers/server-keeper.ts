/**
 * Keeps a server of somebody else's as long as the suite lives. Such a server knows nothing of a life line, so this
 * program, which has one, starts it and kills it at its own end. It is ready when the server has said so.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { answerRequests, configOf } from "../processes/child.ts";
import type { ServerConfig } from "./server.ts";

const { command, args, readyLine } = configOf<ServerConfig>();
const ready = new RegExp(readyLine);
const server = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
process.once("exit", () => server.kill("SIGKILL"));

/** What it said last, for the case that it fails. */
const said: string[] = [];
let isReady = false;

server.once("error", (error) => fail(`cannot be started: ${error.message}`));
server.once("exit", (code, signal) => fail(`ended (${signal ?? `exit code ${code}`})`));
for (const input of [server.stdout, server.stderr]) createInterface({ input }).on("line", hear);

function hear(line: string): void {
  said.push(line);
  if (said.length > 20) said.shift();
  const found = isReady ? null : ready.exec(line);
  if (found === null) return;
  isReady = true;
  answerRequests(found[1] ?? "", () => Promise.reject(new Error("a server takes no requests")));
}

function fail(how: string): void {
  process.stderr.write(`${command} ${how}; it said:\n${said.join("\n")}\n`);
  process.exit(1);
}
