/** How client commands reach a fabric. */
import { connect } from "../sdk/connect.ts";
import type { Fabric } from "../sdk/fabric.ts";
import type { CommandContext, OptionSpec } from "./command.ts";
import { telemetryOf } from "./telemetry.ts";

/** Address of a fabric on this machine that was started without options. */
export const defaultAddress = "127.0.0.1:7070";

/** The option of every client command. */
export const addressOption: Readonly<Record<string, OptionSpec>> = {
  address: {
    type: "text",
    value: "HOST:PORT",
    about: "gRPC address of the fabric; also HEDDLE_ADDRESS",
    default: defaultAddress,
  },
};

/** The fabric that a command is about. */
export function fabricAddress({ args, env }: CommandContext): string {
  return args.text("address") ?? env["HEDDLE_ADDRESS"] ?? defaultAddress;
}

/** Connects, runs, closes; traced as the OTEL_* variables ask for. */
export async function withFabric<T>(
  context: CommandContext,
  use: (fabric: Fabric) => Promise<T>,
): Promise<T> {
  const { env, output } = context;
  const telemetry = await telemetryOf("heddle-cli", env, (text) => output.note(text));
  try {
    const fabric = await connect(fabricAddress(context));
    try {
      return await use(fabric);
    } finally {
      fabric.close();
    }
  } finally {
    await telemetry.shutdown();
  }
}
