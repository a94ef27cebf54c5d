import type { Command } from "./command.ts";

/**
 * The commands by name, in the order of the overview. Each is loaded when it is called for: loading all of them is three
 * quarters of what a short one takes.
 */
export const commandTable: readonly (readonly [name: string, load: () => Promise<Command>])[] = [
  ["up", async () => (await import("./commands/up.ts")).up],
  ["scheduler", async () => (await import("./commands/scheduler.ts")).scheduler],
  ["node", async () => (await import("./commands/node.ts")).node],
  ["new", async () => (await import("./commands/new.ts")).newCommand],
  ["dev", async () => (await import("./commands/dev.ts")).dev],
  ["build", async () => (await import("./commands/build.ts")).build],
  ["test", async () => (await import("./commands/test.ts")).test],
  ["deploy", async () => (await import("./commands/deploy.ts")).deploy],
  ["kernels", async () => (await import("./commands/kernels.ts")).kernels],
  ["describe", async () => (await import("./commands/describe.ts")).describe],
  ["promote", async () => (await import("./commands/promote.ts")).promote],
  ["rollback", async () => (await import("./commands/rollback.ts")).rollback],
  ["rm", async () => (await import("./commands/rm.ts")).rm],
  ["proto", async () => (await import("./commands/proto.ts")).proto],
  ["typegen", async () => (await import("./commands/typegen.ts")).typegen],
  ["invoke", async () => (await import("./commands/invoke.ts")).invoke],
  ["map", async () => (await import("./commands/map.ts")).map],
  ["bench", async () => (await import("./commands/bench.ts")).bench],
  ["logs", async () => (await import("./commands/logs.ts")).logs],
  ["nodes", async () => (await import("./commands/nodes.ts")).nodes],
  ["version", async () => (await import("./commands/version.ts")).versionCommand],
];
