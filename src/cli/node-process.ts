/** What a `heddle node` process does once its command line is understood and its workers start. */
import { HeddleError } from "../base/error.ts";
import { Node } from "../executor/node.ts";
import type { NodeWorkers } from "../executor/node-workers.ts";
import type { BindOptions } from "../rpc/server.ts";
import { openDataFolder, type DataFolder } from "../store/data-folder.ts";
import { openModuleStore } from "../store/module-store.ts";
import type { CommandContext } from "./command.ts";
import { ExitCode } from "./exit-code.ts";
import { aborted } from "./signals.ts";

/** What the command line says of a node. */
export interface NodeSettings {
  /** Its name; without one it has one of its own, kept in the data folder. */
  readonly id: string | undefined;
  readonly schedulers: readonly string[];
  readonly secret: string;
  readonly bind: BindOptions;
  readonly unixPath: string;
  readonly zone: string;
  readonly data: string;
  readonly cacheMaxBytes: number;
}

/** Runs a node until it is told to end or refused for good; gives the exit code. Ends the workers with it. */
export async function runNode(
  settings: NodeSettings,
  workers: NodeWorkers,
  context: CommandContext,
): Promise<number> {
  try {
    const folder = await openDataFolder(settings.data);
    try {
      return await runInFolder(folder, settings, workers, context);
    } finally {
      await folder.close();
    }
  } finally {
    await workers.pool.stop();
  }
}

async function runInFolder(
  folder: DataFolder,
  settings: NodeSettings,
  workers: NodeWorkers,
  { output, signal }: CommandContext,
): Promise<number> {
  const { schedulers, secret, bind, unixPath, zone, cacheMaxBytes } = settings;
  const refused = Promise.withResolvers<HeddleError>();
  const [id, modules] = await Promise.all([
    settings.id ?? folder.nodeId(),
    openModuleStore({ folder: folder.pathOf("modules"), maxBytes: cacheMaxBytes, isCache: true }),
  ]);
  const node = new Node({
    ...{ id, schedulers, secret, bind, unixPath, workers, zone, modules },
    events: {
      accepted: () => {},
      fetched: () => {},
      warn: (text) => output.note(`heddle node ${id}: ${text}`),
      lost: (scheduler, error, final) => {
        if (final) refused.resolve(error);
        else output.note(`heddle node ${id}: scheduler ${scheduler}: ${error.rawMessage}; trying again`);
      },
    },
  });
  try {
    const address = await node.start();
    if (output.json) output.value({ id, pid: process.pid, address });
    else output.line(`node ${id} listens on ${address}`);
    const ended = await Promise.race([aborted(signal), refused.promise]);
    if (ended instanceof HeddleError) throw ended;
    await node.stop(`the node got ${String(signal.reason)}`);
    return signal.reason === "SIGINT" ? ExitCode.INTERRUPTED : ExitCode.OK;
  } finally {
    await node.stop("the node ends");
  }
}
