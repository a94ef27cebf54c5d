/** A real gateway with its scheduler in the test's own process, over stores of its own. */
import { Client, credentials } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { createGateway, type Gateway } from "../../src/gateway/gateway.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openModuleStore, type ModuleStore } from "../../src/store/module-store.ts";
import type { Store } from "../../src/store/store.ts";
import { kernelModule } from "./kernels.ts";
import { ScriptedNode, type ScriptedNodeOptions } from "./scripted-node.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A gateway that runs until the test has finished. */
export interface TestGateway {
  readonly gateway: Gateway;
  /** `host:port` of its gRPC port. */
  readonly address: string;
  readonly http: string;
  readonly secret: string;
  readonly store: Store;
  readonly modules: ModuleStore;
  /** A connection to it. */
  readonly client: Client;
  /** A node that has registered and takes work. */
  node(options?: ScriptedNodeOptions): Promise<ScriptedNode>;
  /** Resolves when so many nodes take work. */
  ready(nodes: number): Promise<void>;
}

/** Starts a gateway; `kernels` of test/fixtures/kernels are there as from an earlier life. Without a path, TCP only. */
export async function startGateway(kernels: readonly string[] = [], unixPath = ""): Promise<TestGateway> {
  const store = createMemoryStore();
  await store.start();
  const modules = await openModuleStore({ folder: temporaryFolder() });
  for (const name of kernels) {
    const wasm = await kernelModule(name);
    const pointer = { digest: await modules.put(wasm), size: wasm.length, deployedAtMs: Date.now() };
    await store.put(`kernels.${name}`, Buffer.from(JSON.stringify(pointer)), "any");
  }
  const secret = "the fabric's secret";
  const anyPort = { host: "127.0.0.1", port: 0, insecure: false };
  const damaged = (kernel: string, error: Error): void => {
    throw new Error(`kernel ${kernel} is damaged`, { cause: error });
  };
  const withoutSocket = (error: Error): void => {
    throw new Error("the gateway has no Unix socket", { cause: error });
  };
  const gateway = createGateway({
    id: "gateway-1",
    store,
    modules,
    secret,
    grpc: anyPort,
    http: anyPort,
    unixPath,
    damaged,
    withoutSocket,
  });
  const { grpc: address, http } = await gateway.start();
  const client = new Client(address, credentials.createInsecure());
  const nodes: ScriptedNode[] = [];
  onTestFinished(async () => {
    client.close();
    for (const node of nodes) node.stop();
    await gateway.stop();
    await store.stop();
  });
  const ready = (count: number): Promise<void> => gateway.whenReady(count, new AbortController().signal);
  return {
    ...{ gateway, address, http, secret, store, modules, client, ready },
    async node(options) {
      const node = await ScriptedNode.start(options);
      const wanted = gateway.readyNodes() + 1;
      nodes.push(node);
      await node.register(address, secret);
      await ready(wanted);
      return node;
    },
  };
}
