/** Options that `up`, `scheduler` and `node` share. */
import { availableParallelism } from "node:os";
import type { BindOptions } from "../rpc/server.ts";
import type { Arguments, OptionSpec } from "./command.ts";

/** Where to listen, and whether others may connect. */
export const bindOptions: Readonly<Record<string, OptionSpec>> = {
  host: { type: "text", value: "HOST", about: "address to listen on", default: "127.0.0.1" },
  insecure: { type: "flag", about: "allow an address that others can reach, without encryption" },
};

/** Ports and data of a scheduler process. */
export const gatewayOptions: Readonly<Record<string, OptionSpec>> = {
  port: { type: "number", value: "PORT", about: "gRPC port, 0 for any free one", default: "7070" },
  "http-port": { type: "number", value: "PORT", about: "HTTP port, 0 for any free one", default: "7071" },
  data: {
    type: "text",
    value: "FOLDER",
    about: "where kernels and the fabric's secret are kept",
    default: ".heddle",
  },
  ...bindOptions,
};

/** Reads a port option into a place to listen. */
export function bindFrom(args: Arguments, option: string, fallback: number): BindOptions {
  return {
    host: args.text("host") ?? "127.0.0.1",
    port: args.whole(option, fallback, 0, 65_535),
    insecure: args.flag("insecure"),
  };
}

/** Processors of this machine that this process may use. */
export function cores(): number {
  return availableParallelism();
}
