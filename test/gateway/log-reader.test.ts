import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { readLogs } from "../../src/rpc/clients.ts";
import type { LogsRequest } from "../../src/rpc/generated/heddle/v1/LogsRequest.ts";
import type { LogsResponse__Output } from "../../src/rpc/generated/heddle/v1/LogsResponse.ts";
import { heddle } from "../../src/rpc/services.ts";
import { parseTraceparent } from "../../src/wire/traceparent.ts";
import type { BatchFrame } from "../../src/wire/frame.ts";
import { startGateway } from "../support/gateway-process.ts";
import { collect, next, take } from "../support/iteration.ts";
import type { ScriptedNode } from "../support/scripted-node.ts";
import { openSessionClient } from "../support/session-client.ts";

const everything: LogsRequest = { last: 1_000_000 };

/** A gateway with a node that logs what a script makes of an attempt before it answers, and a client. */
async function setup(say: (node: ScriptedNode, frame: BatchFrame) => void) {
  const running = await startGateway(["echo"]);
  const script = (node: ScriptedNode, frame: BatchFrame): void => {
    say(node, frame);
    node.echo(frame);
  };
  const node = await running.node({ script });
  const session = openSessionClient(running.address);
  session.name(1, "echo", "echo");
  const logs = (request: LogsRequest, signal?: AbortSignal) => readLogs(running.client, request, signal);
  let sent = 0;
  return {
    ...{ ...running, node, session, logs },
    /** Calls with so many items; resolves when they are settled. */
    async call(items = 1, more: Partial<BatchFrame> = {}) {
      session.send(++sent, Array.from({ length: items }, String), more);
      const id = sent;
      await session.results.until(
        () =>
          session.results.results.reduce((sum, found) => sum + (found.id === id ? found.count : 0), 0) >=
          items,
      );
    },
  };
}

function line(node: ScriptedNode, frame: BatchFrame, text: string, index = 0, level = 1): void {
  node.link?.writer?.log({ id: frame.id, index, level, text, timeMs: 1000 + index });
}

function textsOf(events: readonly LogsResponse__Output[]): string[] {
  return events.flatMap(({ event, line: found }) => (event === "line" && found ? [found.text] : []));
}

describe("Kernels.Logs", () => {
  it("ties a line to its function, version, node, try, item and trace", async () => {
    const trace = parseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
    const { call, logs } = await setup((node, frame) => line(node, frame, "hello", 2, 3));
    await call(3, trace === undefined ? {} : { trace });
    await call(3, { traces: Buffer.concat([new Uint8Array(50), trace ?? new Uint8Array(25)]) });
    await call();
    const events = await collect(logs(everything));
    const known = { kernel: "echo", function: "echo", node: "node-1", level: 3, text: "hello" };
    const placed = { ...known, attempt: 1, index: 2, timeMs: 1002 };
    expect(events.map((event) => event.line ?? event.event)).toMatchObject([
      {
        ...placed,
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { ...placed, traceId: "4bf92f3577b34da6a3ce929d0e0e4736" },
      { ...placed, traceId: "" },
      "synced",
    ]);
  });

  it("sends the last lines that match, and no more", async () => {
    const { call, logs } = await setup((node, frame) => {
      for (const [level, text] of ["debug", "info", "warn", "error"].entries())
        line(node, frame, text, 0, level);
    });
    await call();
    const read = async (request: LogsRequest) => textsOf(await collect(logs(request)));
    expect(await read({ last: 3 })).toEqual(["info", "warn", "error"]);
    expect(await read({ last: 9, levelMin: 2 })).toEqual(["warn", "error"]);
    expect(await read({ last: 9, kernel: "echo", function: "echo", levelMin: 3 })).toEqual(["error"]);
    expect(await read({ last: 9, kernel: "other" })).toEqual([]);
    expect(await read({ last: 9, function: "other" })).toEqual([]);
    expect(await read({})).toEqual([]);
  });

  it("goes on with what comes, in order, to the one who follows, until he has enough", async () => {
    const { call, logs } = await setup((node, frame) => {
      for (let index = 0; index < 1000; index++) line(node, frame, `${frame.id}.${index}`);
    });
    await call();
    const stop = new AbortController();
    const following = logs({ last: 1, follow: true }, stop.signal);
    expect(textsOf([await next(following)])).toEqual(["1.999"]);
    expect(await next(following)).toMatchObject({ event: "synced" });
    await call();
    await call();
    const wanted = [2, 3].flatMap((id) => Array.from({ length: 1000 }, (_, index) => `${id}.${index}`));
    expect(textsOf(await take(following, 2000))).toEqual(wanted);
    const another = logs({ follow: true }, stop.signal);
    await next(another);
    stop.abort();
    expect(await collect(another)).toEqual([]);
  });

  it("drops lines for one who does not read, and tells how many are missing and where", async () => {
    const text = "x".repeat(1000);
    const each = 4000;
    const { call, client } = await setup((node, frame) => {
      for (let index = 0; index < each; index++) line(node, frame, text);
    });
    const { path, requestSerialize, responseDeserialize } = heddle.Kernels.service.Logs;
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
      follow: true,
    });
    onTestFinished(() => stream.cancel());
    stream.on("error", () => {}); // cancelled at the end
    const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<LogsResponse__Output>;
    await next(iterator);
    for (let round = 0; round < 4; round++) await call();
    let lines = 0;
    let dropped = 0;
    while (lines + dropped < 4 * each) {
      const event = await next(iterator);
      if (event.event === "line") lines++;
      else dropped += event.dropped ?? 0;
    }
    expect(lines + dropped).toBe(4 * each);
    expect(dropped).toBeGreaterThan(0);
    expect(lines).toBeGreaterThanOrEqual(limits.logReaderLinesMax);
    await call();
    expect(await next(iterator)).toMatchObject({ event: "line" });
  });

  it("ignores lines of attempts that are not the node's, and what a node should not say", async () => {
    const { call, logs, node } = await setup((own, frame) => {
      line(own, { ...frame, id: frame.id + 1000 }, "of no attempt");
      own.link?.writer?.log({ id: frame.id, index: 9e15, level: 77, text: "y".repeat(50_000), timeMs: NaN });
    });
    await call();
    expect(await collect(logs(everything))).toMatchObject([
      { line: { level: 3, text: "y".repeat(limits.logLineMaxBytes), timeMs: 0, traceId: "" } },
      { event: "synced" },
    ]);
    expect(node.ended).toBeInstanceOf(Promise);
  });

  it("keeps the lines of a node that is gone", async () => {
    const { call, logs, node } = await setup((own, frame) => line(own, frame, "last words"));
    await call();
    node.stop();
    expect(textsOf(await collect(logs(everything)))).toEqual(["last words"]);
  });

  it("serves so many readers at once", async () => {
    const { logs } = await setup(() => {});
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const readers = Array.from({ length: limits.logReadersMax }, () => logs({ follow: true }, stop.signal));
    for (const reader of readers) expect(await next(reader)).toMatchObject({ event: "synced" });
    await expect(collect(logs({}))).rejects.toMatchObject({ reason: "QUEUE_FULL" });
    await readers[0]?.return(undefined);
    await expect
      .poll(() =>
        collect(logs({})).then(
          (events) => events.length,
          () => 0,
        ),
      )
      .toBe(1);
  });

  it("tells those who follow that the gateway stops", async () => {
    const { logs, gateway } = await setup(() => {});
    const following = logs({ follow: true });
    await next(following);
    const end = collect(following).catch((error: unknown) => HeddleError.from(error).reason);
    await gateway.stop();
    expect(await end).toBe("GATEWAY_STOPPING");
  });
});
