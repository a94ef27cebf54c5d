import { readFile } from "node:fs/promises";
import { limits } from "../../base/limits.ts";
import { NodeWorkers } from "../../executor/node-workers.ts";
import { profileThreads } from "../../worker/thread-environment.ts";
import type { Command, CommandContext } from "../command.ts";
import { UsageError } from "../exit-code.ts";
import { tuneServerHeap } from "../server-heap.ts";
import { bindFrom, bindOptions, cores } from "../server-options.ts";

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
    const { args } = context;
    args.atMost(0);
    tuneServerHeap();
    // What the command line has wrong is said before anything is made.
    const settings = {
      id: args.text("id"),
      schedulers: schedulersOf(context),
      bind: bindFrom(args, "port", 0),
      unixPath: args.text("unix") ?? "",
      zone: args.text("zone") ?? "",
      data: args.text("data") ?? ".heddle-node",
      cacheMaxBytes: args.size("cache-max", limits.moduleCacheMaxBytes),
    };
    const count = args.whole("workers", cores(), 1, 1024);
    const secret = await readSecret(context);
    profileThreads([...process.execArgv, ...(context.env["NODE_OPTIONS"] ?? "").split(" ")]);
    const workers = new NodeWorkers(count);
    void workers.pool.start(); // whoever waits for them is told how that ends
    // The rest of a node is loaded here, while the threads start.
    const { runNode } = await import("../node-process.ts");
    return runNode({ ...settings, secret }, workers, context);
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
