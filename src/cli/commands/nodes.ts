import type { NodeInfo } from "../../sdk/admin.ts";
import { addressOption, withFabric } from "../client.ts";
import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { table } from "../output.ts";

const states = ["unknown", "joining", "ready", "draining", "lost", "left"];

/** A node as scripts see it. */
function describe(node: NodeInfo): Record<string, unknown> {
  return {
    id: node.facts?.id ?? "",
    address: node.facts?.address ?? "",
    pid: node.facts?.pid ?? 0,
    state: states[node.state] ?? "unknown",
    workers: node.facts?.workers ?? 0,
    attempts: node.attempts,
    queueMs: node.queueMs,
    executed: node.heartbeat?.executed ?? 0,
    memoryBytes: node.heartbeat?.memoryBytes ?? 0,
    workerRestarts: node.heartbeat?.workerRestarts ?? 0,
    attemptsDropped: node.heartbeat?.attemptsDropped ?? 0,
    zone: node.facts?.zone ?? "",
    version: node.facts?.version ?? "",
    incarnation: node.facts?.incarnation ?? 0,
    sinceMs: node.sinceMs,
    why: node.why,
  };
}

/** `heddle nodes` */
export const nodes: Command = {
  name: "nodes",
  about: "list the nodes with their state and load",
  args: "",
  options: addressOption,
  example: "heddle nodes",
  async run(context) {
    context.args.atMost(0);
    return withFabric(context, async (fabric) => {
      const all = await fabric.admin.nodes({ signal: context.signal });
      if (context.output.json) {
        context.output.value(all.map(describe));
        return ExitCode.OK;
      }
      const rows = all.map((node) => [
        node.facts?.id ?? "",
        states[node.state] ?? "unknown",
        node.facts?.address ?? "",
        node.facts?.pid ?? 0,
        node.facts?.workers ?? 0,
        node.attempts,
        node.heartbeat?.executed ?? 0,
        node.why,
      ]);
      const headers = ["NODE", "STATE", "ADDRESS", "PID", "WORKERS", "ATTEMPTS", "EXECUTED", "WHY"];
      context.output.line(table(headers, rows));
      return ExitCode.OK;
    });
  },
};
