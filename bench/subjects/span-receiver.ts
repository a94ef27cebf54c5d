/** A process that takes the spans of a traced subject, and what subjects are told of it. */
import { setTimeout as wait } from "node:timers/promises";
import { startChild } from "../processes/child.ts";

/** The share of traces that is kept, decided at the head of each. */
export const sampledShare = 0.01;
/** How often spans leave, in ms: ten times as often as by default, so that none is left when it is asked for them. */
const exportMs = 500;
const patienceMs = 20_000;
const pollMs = 100;

/** A running receiver. */
export interface SpanReceiver {
  /** The OTEL_* variables of a process that sends its spans here, under a name of its own. */
  environment(name: string): Readonly<Record<string, string>>;
  /** Resolves with the spans that came under a name as soon as there are so many. Rejects when they do not come. */
  received(name: string, atLeast: number): Promise<number>;
}

/** Starts a receiver; it ends with the scope. */
export async function startSpanReceiver(scope: AsyncDisposableStack): Promise<SpanReceiver> {
  const child = await startChild(scope, "subjects/span-receiver-main.ts", {});
  const url = child.ready as string; // said by span-receiver-main.ts
  return {
    environment: (name) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/${name}`,
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: String(sampledShare),
      OTEL_BSP_SCHEDULE_DELAY: String(exportMs),
    }),
    async received(name, atLeast) {
      let count = 0;
      for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
        const counts = (await child.request({}, patienceMs)) as Record<string, number>; // as above
        count = counts[`/${name}/v1/traces`] ?? 0;
        if (count >= atLeast) return count;
        await wait(pollMs);
      }
      throw new Error(
        `${count} spans of the ${name} came within ${patienceMs} ms, ${atLeast} were to be expected`,
      );
    },
  };
}
