/** One trace runs across the SDK, the scheduler and the nodes, with a span for every attempt of a call that was retried. */
import { describe, expect, it, onTestFinished } from "vitest";
import { Attribute } from "../../src/telemetry/attributes.ts";
import { startTelemetry } from "../../src/telemetry/setup.ts";
import { startCluster, watchAttempts } from "../support/cluster.ts";
import { mixed } from "../support/kernels.ts";
import { startOtlpReceiver, type ReceivedSpan } from "../support/otlp-receiver.ts";

describe("the trace of a call whose node is killed", () => {
  it("has the lost attempt and the one that gave the result, under one invocation", async () => {
    const collector = await startOtlpReceiver();
    onTestFinished(() => collector.stop());
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "50" };
    const { fabric, nodes } = await startCluster({ nodes: 2, kernels: ["work"], env: environment });
    const telemetry = await startTelemetry({ serviceName: "application", environment });
    onTestFinished(() => telemetry.shutdown());

    const rounds = 200_000_000;
    const { first: attempt } = await watchAttempts(fabric, ({ function: name }) => name === "work/mix");
    const call = fabric.invokeWithStats("work/mix", { seed: 5, rounds });
    const victim = (await attempt).node;
    process.kill(nodes.find(({ id }) => id === victim)?.pid ?? Number.NaN, "SIGKILL");
    const { value, stats } = await call;
    expect(value).toBe(mixed(5, rounds));
    expect(stats).toMatchObject({ attempts: 2, earlier: [{ number: 1, node: victim, reason: "NODE_LOST" }] });
    expect(stats.node).not.toBe(victim);

    const spans = await collector.waitFor((all) =>
      ["invoke", "run"].every((wanted) => all.some(({ name }) => name === wanted)),
    );
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(tree(spans)).toEqual([
      "invoke of application",
      `  attempt of heddle-gateway: 1 on ${victim}, lost`,
      `  attempt of heddle-gateway: 2 on ${stats.node}, ok`,
      "    execute of heddle-gateway",
      "      queue of heddle-gateway",
      "      run of heddle-gateway",
    ]);
  });
});

/** The spans as indented lines, children in the order of their starts. */
function tree(spans: readonly ReceivedSpan[], parent?: string, depth = 0): string[] {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === parent);
  return children
    .toSorted((left, right) => left.startMs - right.startMs)
    .flatMap((span) => [`${"  ".repeat(depth)}${lineOf(span)}`, ...tree(spans, span.spanId, depth + 1)]);
}

function lineOf({ name, resource, attributes }: ReceivedSpan): string {
  const said = `${name} of ${String(resource["service.name"])}`;
  if (name !== "attempt") return said;
  const { nodeId, attempt, outcome } = Attribute;
  return `${said}: ${String(attributes[attempt])} on ${String(attributes[nodeId])}, ${String(attributes[outcome])}`;
}
