/** What tests of maps begin with: a fabric whose gateway follows a script, and inputs. */
import { onTestFinished } from "vitest";
import { connect } from "../../src/sdk/connect.ts";
import { ScriptedGateway, settleAll, type Script, type ScriptedGatewayOptions } from "./scripted-gateway.ts";
import { TcpRelay } from "./tcp-relay.ts";

/** Answers nothing. */
export const silent: Script = () => {};

/** A fabric that is connected over a relay, and its first session. */
export async function startScriptedMap(script: Script = settleAll, options: ScriptedGatewayOptions = {}) {
  const gateway = await ScriptedGateway.start({ ...options, script });
  const relay = await TcpRelay.start(gateway.address);
  const fabric = await connect(relay.address);
  onTestFinished(() => fabric.close());
  await fabric.describe("pure/double");
  return { gateway, relay, fabric, session: await gateway.session(0) };
}

/** Inputs 0 to count - 1. */
export function* numbersTo(count: number): Generator<{ number: number }> {
  for (let number = 0; number < count; number++) yield { number };
}

/** Inputs without end, and how many were pulled. */
export function endless() {
  const seen = { pulled: 0, closed: false };
  function* make(): Generator<{ number: number }> {
    try {
      for (;;) yield { number: seen.pulled++ };
    } finally {
      seen.closed = true;
    }
  }
  return { seen, inputs: make() };
}

/** The results of `numbersTo`. */
export const doubled = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ index, value: index * 2 }));
