/** The scheduler process as `up` and `scheduler` run it: data folder, store, telemetry, gateway. */
import { HeddleError } from "../base/error.ts";
import { createGateway, type Gateway, type GatewayAddresses } from "../gateway/gateway.ts";
import { openDataFolder, type DataFolder } from "../store/data-folder.ts";
import { openModuleStore } from "../store/module-store.ts";
import { createSqliteStore } from "../store/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import type { CommandContext } from "./command.ts";
import { tuneServerHeap } from "./server-heap.ts";
import { bindFrom } from "./server-options.ts";
import { socketPath } from "./socket-path.ts";
import { telemetryOf } from "./telemetry.ts";

export interface SchedulerProcess {
  readonly gateway: Gateway;
  readonly addresses: GatewayAddresses;
  readonly folder: DataFolder;
  stop(): Promise<void>;
}

/** Starts it from the options in `gatewayOptions`. What was started is stopped again when a later part fails. */
export async function startSchedulerProcess({
  args,
  env,
  output,
}: CommandContext): Promise<SchedulerProcess> {
  tuneServerHeap();
  // What the command line has wrong is said before anything is made.
  const grpc = bindFrom(args, "port", 7070);
  const http = bindFrom(args, "http-port", 7071);
  const folder = await openDataFolder(args.text("data") ?? ".heddle");
  const stops: (() => Promise<void>)[] = [() => folder.close()];
  const stop = async (): Promise<void> => {
    for (const stopPart of stops.splice(0).toReversed()) await stopPart();
  };
  try {
    const telemetry = await telemetryOf("heddle-gateway", env, (text) => output.note(text));
    stops.push(() => telemetry.shutdown());
    const store = await startStore(folder, stops);
    const gateway = createGateway({
      id: await folder.nodeId(),
      store,
      modules: await openModuleStore({ folder: folder.pathOf("modules") }),
      secret: await folder.secret(),
      grpc,
      http,
      unixPath: socketPath(folder.pathOf("gateway.sock")),
      damaged: (kernel, error) => output.note(`heddle: kernel ${kernel} is not served: ${error.rawMessage}`),
      withoutSocket: (error) =>
        output.note(`heddle: clients on this machine use TCP, not a Unix socket: ${error.rawMessage}`),
    });
    stops.push(() => gateway.stop());
    const addresses = await gateway.start();
    return { gateway, addresses, folder, stop };
  } catch (error) {
    await stop();
    throw HeddleError.from(error);
  }
}

async function startStore(folder: DataFolder, stops: (() => Promise<void>)[]): Promise<Store> {
  const store = createSqliteStore({ path: folder.pathOf("store.sqlite") });
  await store.start();
  stops.push(() => store.stop());
  return store;
}
