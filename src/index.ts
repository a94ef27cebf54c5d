/** The SDK: what applications import. */
export { Code } from "./base/code.ts";
export { HeddleError } from "./base/error.ts";
export { connect } from "./sdk/connect.ts";
export { Fabric } from "./sdk/fabric.ts";
export type {
  ClusterEvent,
  Deployed,
  DeployOptions,
  FabricAdmin,
  KernelInfo,
  KernelOptions,
  NodeInfo,
  PromoteOptions,
  VersionOptions,
  WatchOptions,
} from "./sdk/admin.ts";
export type { KernelClient, KernelMethod, UntypedKernel } from "./sdk/kernel-client.ts";
export type { LogEvent, LogLevel, LogLine, LogsOptions } from "./sdk/logs.ts";
export type { InvokeResult } from "./sdk/invoke.ts";
export type { MapResult } from "./sdk/map.ts";
export type { CallableFunction } from "./sdk/schemas.ts";
export type { ConnectOptions, InvokeOptions, MapOptions, MapProgress, RetryOptions } from "./sdk/options.ts";
export type { EarlierAttempt, InvocationStats } from "./sdk/stats.ts";
