import { join, resolve } from "node:path";
import { HeddleError } from "../../base/error.ts";
import { limits } from "../../base/limits.ts";
import type { Command, CommandContext } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { table } from "../output.ts";
import { startSchedulerProcess, type SchedulerProcess } from "../scheduler-process.ts";
import { cores, gatewayOptions } from "../server-options.ts";
import { aborted } from "../signals.ts";
import { socketPath } from "../socket-path.ts";
import { Supervisor, type NodeReady } from "../supervisor.ts";

/** `heddle up` */
export const up: Command = {
  name: "up",
  about: "run a whole fabric on this machine: scheduler, gateway and nodes",
  args: "",
  options: {
    nodes: { type: "number", value: "N", about: "node processes", default: "as many as cores, at least 2" },
    workers: { type: "number", value: "N", about: "threads per node", default: "cores ÷ nodes, at least 1" },
    ...gatewayOptions,
    "no-restart": { type: "flag", about: "leave a node that crashed down" },
  },
  example: "heddle up --nodes 3",
  async run(context) {
    context.args.atMost(0);
    const { args, output, signal } = context;
    const count = args.whole("nodes", Math.max(2, cores()), 1, 256);
    const workers = args.whole("workers", Math.max(1, Math.floor(cores() / count)), 1, 1024);
    const scheduler = await startSchedulerProcess(context);
    const supervisor = new Supervisor({
      restart: !args.flag("no-restart"),
      note: (text) => output.note(text),
    });
    try {
      const nodes = await startNodes(scheduler, supervisor, count, workers, signal);
      if (!signal.aborted) announce(context, scheduler, nodes);
      await aborted(signal);
    } finally {
      await supervisor.stop();
      await scheduler.stop();
    }
    return signal.reason === "SIGINT" ? ExitCode.INTERRUPTED : ExitCode.OK;
  },
};

async function startNodes(
  scheduler: SchedulerProcess,
  supervisor: Supervisor,
  count: number,
  workers: number,
  signal: AbortSignal,
): Promise<NodeReady[]> {
  const starting: Promise<NodeReady>[] = [];
  for (let number = 1; number <= count; number++) {
    const id = `node-${number}`;
    const data = resolve(scheduler.folder.path, "nodes", id);
    const socket = socketPath(join(data, "executor.sock"));
    const argv = [
      "--scheduler",
      scheduler.addresses.grpc,
      "--secret-file",
      scheduler.folder.pathOf("secret"),
    ];
    argv.push("--data", data, "--id", id, "--workers", String(workers));
    if (socket !== "") argv.push("--unix", socket);
    starting.push(supervisor.start(id, argv));
  }
  const nodes = await Promise.all(starting);
  await scheduler.gateway.whenReady(count, AbortSignal.any([signal, AbortSignal.timeout(limits.joinWaitMs)]));
  if (!signal.aborted && scheduler.gateway.readyNodes() < count) {
    const said = `only ${scheduler.gateway.readyNodes()} of ${count} nodes joined within ${limits.joinWaitMs} ms`;
    throw new HeddleError("NO_NODES", said);
  }
  return nodes;
}

function announce(
  { output }: CommandContext,
  scheduler: SchedulerProcess,
  nodes: readonly NodeReady[],
): void {
  const { grpc, http } = scheduler.addresses;
  if (output.json) {
    output.value({ grpc, http, nodes: nodes.map(({ id, pid, address }) => ({ id, pid, address })) });
    return;
  }
  output.line(
    table(
      ["NODE", "PID", "EXECUTOR"],
      nodes.map(({ id, pid, address }) => [id, pid, address]),
    ),
  );
  output.line(`\nthe fabric is ready: gRPC ${grpc}, HTTP http://${http}`);
  output.line("try: heddle deploy kernels/ode.ts, then heddle kernels; Ctrl-C ends it");
}
