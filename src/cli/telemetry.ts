import { version } from "../base/version.ts";
import { startTelemetry, type Telemetry } from "../telemetry/setup.ts";
import type { CommandContext } from "./command.ts";

/** Tracing as the OTEL_* variables ask for it; what is wrong with them is said and does not stop anybody. */
export async function telemetryOf(
  serviceName: string,
  environment: CommandContext["env"],
  note: (text: string) => void,
): Promise<Telemetry> {
  const telemetry = await startTelemetry({ serviceName, version, environment });
  if (telemetry.problem !== undefined) note(`heddle: ${telemetry.problem.rawMessage}`);
  return telemetry;
}
