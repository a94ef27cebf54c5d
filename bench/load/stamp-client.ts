/** The load client of Heddle: `invoke` of the SDK with nothing switched off, every reply checked byte by byte. */
import { connect } from "../../src/index.ts";
import { startTelemetry } from "../../src/telemetry/setup.ts";
import { configOf } from "../processes/child.ts";
import { serveRounds, type LoadLoop } from "./load.ts";
import { Stamp, type StampConfig } from "./stamp.ts";

interface Slot {
  readonly stamp: Stamp;
  readonly input: { readonly data: Uint8Array };
  readonly replied: (reply: Uint8Array) => void;
}

const { address, payloadBytes, telemetry } = configOf<StampConfig>();
await startTelemetry({ serviceName: "heddle-bench", environment: telemetry ?? {} });
const fabric = await connect(address);
const slots: Slot[] = [];
let loop: LoadLoop;
let sequence = 0;

const failed = (error: unknown): void => loop.failed(error);

serveRounds({
  begin(begun) {
    loop = begun;
  },
  call(number) {
    const { stamp, input, replied } = (slots[number] ??= slotOf(number));
    stamp.next(++sequence);
    fabric.invoke<Uint8Array>("fresh/stamp", input).then(replied, failed);
  },
});

/** Made once, so that a call makes nothing but its promise. */
function slotOf(number: number): Slot {
  const stamp = new Stamp(number, payloadBytes);
  const replied = (reply: Uint8Array): void => {
    try {
      stamp.check(reply);
    } catch (error) {
      loop.failed(error);
      return;
    }
    loop.finished(number);
  };
  return { stamp, input: { data: stamp.data }, replied };
}
