import { readFile } from "node:fs/promises";
import { HeddleError } from "../../base/error.ts";
import { limits } from "../../base/limits.ts";
import { Node } from "../../executor/node.ts";
import { openDataFolder } from "../../store/data-folder.ts";
import { openModuleStore } from "../../store/module-store.ts";
import { profileThreads } from "../../worker/thread-environment.ts";
import type { Command, CommandContext } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { tuneServerHeap } from "../server-heap.ts";
import { bindFrom, bindOptions, cores } from "../server-options.ts";
import { aborted } from "../signals.ts";

/** `heddle node` */
export const node: Command = {
  name: "node",
  about: "run a node: workers that execute kernels for one or more schedulers",
  args: "",
  options: {
    scheduler: { type: "text", value: "HOST:PORT,…", about: "schedulers to join", default: "127.0.0.1:7070" },
    "secret-file": {
      type: "text",
      value: "FILE",
      about: "the fabric's secret; also HEDDLE_SECRET",
      default: ".heddle/secret",
    },
    port: { type: "number", value: "PORT", about: "port of the executor, 0 for any free one", default: "0" },
    data: { type: "text", value: "FOLDER", about: "module cache and node id", default: ".heddle-node" },
    id: {
      type: "text",
      value: "NAME",
      about: "name of the node",
      default: "one made up once and kept in the data folder",
    },
    workers: { type: "number", value: "N", about: "threads that run kernels", default: "one per core" },
    "cache-max": {
      type: "text",
      value: "SIZE",
      about: "module bytes kept on disk; the least recently used go first, none that is in use",
      default: "1GiB",
    },
    zone: { type: "text", value: "NAME", about: "where the node stands" },
    unix: { type: "text", value: "PATH", about: "listen on a Unix socket as well", internal: true },
    ...bindOptions,
  },
  example: "heddle node --scheduler 10.0.0.1:7070 --secret-file secret --host 10.0.0.2 --insecure",
  async run(context) {
    const { args, output, signal } = context;
    args.atMost(0);
    tuneServerHeap();
    // What the command line has wrong is said before anything is made.
    const schedulers = schedulersOf(context);
    const bind = bindFrom(args, "port", 0);
    const workers = args.whole("workers", cores(), 1, 1024);
    const cacheMaxBytes = args.size("cache-max", limits.moduleCacheMaxBytes);
    const secret = await readSecret(context);
    const folder = await openDataFolder(args.text("data") ?? ".heddle-node");
    const refused = Promise.withResolvers<HeddleError>();
    const id = args.text("id") ?? (await folder.nodeId());
    profileThreads([...process.execArgv, ...(context.env["NODE_OPTIONS"] ?? "").split(" ")]);
    const process_ = new Node({
      id,
      schedulers,
      secret,
      bind,
      unixPath: args.text("unix") ?? "",
      workers,
      zone: args.text("zone") ?? "",
      modules: await openModuleStore({
        folder: folder.pathOf("modules"),
        maxBytes: cacheMaxBytes,
        isCache: true,
      }),
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
      const address = await process_.start();
      if (output.json) output.value({ id, pid: process.pid, address });
      else output.line(`node ${id} listens on ${address}`);
      const ended = await Promise.race([aborted(signal), refused.promise]);
      if (ended instanceof HeddleError) throw ended;
      await process_.stop(`the node got ${String(signal.reason)}`);
      return signal.reason === "SIGINT" ? ExitCode.INTERRUPTED : ExitCode.OK;
    } finally {
      await process_.stop("the node ends");
      await folder.close();
    }
  },
};

function schedulersOf({ args }: CommandContext): string[] {
  const addresses = (args.text("scheduler") ?? "127.0.0.1:7070").split(",").map((address) => address.trim());
  for (const address of addresses) {
    if (!/^.+:\d+$/.test(address)) throw new UsageError(`--scheduler wants HOST:PORT, not "${address}"`);
  }
  return addresses;
}

async function readSecret({ args, env }: CommandContext): Promise<string> {
  const given = env["HEDDLE_SECRET"];
  if (given !== undefined && given !== "") return given;
  const file = args.text("secret-file") ?? ".heddle/secret";
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `cannot read the fabric's secret (${said}); name it with --secret-file or HEDDLE_SECRET`,
    );
  }
}
