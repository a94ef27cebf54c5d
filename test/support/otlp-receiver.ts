/**
 * An OpenTelemetry collector in the test's process: takes OTLP over HTTP, as JSON or protobuf, and keeps the spans.
 * Point a process at it with `OTEL_EXPORTER_OTLP_ENDPOINT=<url>`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { decodeOtlpJson, decodeOtlpProtobuf, type ReceivedSpan } from "./otlp-decode.ts";

export type { ReceivedSpan } from "./otlp-decode.ts";

/** A collector that runs. */
export interface OtlpReceiver {
  /** Base URL for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** All spans so far, in order of arrival. */
  spans(): ReceivedSpan[];
  /**
   * Resolves with all spans as soon as the predicate holds for them. Rejects, naming what did come, when it does not
   * within `withinMs` (default 15 s) or when the receiver stops.
   */
  waitFor(predicate: (spans: ReceivedSpan[]) => boolean, withinMs?: number): Promise<ReceivedSpan[]>;
  /** Requests so far, those that were refused or left without an answer among them. */
  requests(): number;
  stop(): Promise<void>;
}

export interface OtlpReceiverOptions {
  /** `accept` (default) keeps the spans; `refuse` answers 500; `hang` reads the request and never answers. */
  readonly behaviour?: "accept" | "refuse" | "hang";
}

/** Starts a collector on any free port of the loopback interface. */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const received: ReceivedSpan[] = [];
  const waiters = new Set<Waiter>();
  let requests = 0;

  const server = createServer((request, response) => {
    requests += 1;
    answer(request, response, options.behaviour ?? "accept", received).then(
      () => waiters.forEach((waiter) => waiter.look()),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    spans: () => [...received],
    requests: () => requests,
    waitFor(predicate, withinMs = 15_000) {
      return new Promise((resolve, reject) => {
        const end = (why: string | undefined): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
          if (why === undefined) resolve([...received]);
          else
            reject(
              new Error(`${why}; received: ${received.map((span) => span.name).join(", ") || "nothing"}`),
            );
        };
        const waiter: Waiter = {
          look: () => predicate([...received]) && end(undefined),
          stop: () => end("the receiver stopped before the spans came"),
        };
        const timer = setTimeout(() => end(`the spans did not come within ${withinMs} ms`), withinMs);
        waiters.add(waiter);
        waiter.look();
      });
    },
    stop() {
      waiters.forEach((waiter) => waiter.stop());
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Waiter {
  look(): void;
  stop(): void;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  behaviour: "accept" | "refuse" | "hang",
  received: ReceivedSpan[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  if (behaviour === "hang") return;
  if (behaviour === "refuse" || request.url !== "/v1/traces") {
    response.writeHead(behaviour === "refuse" ? 500 : 404).end();
    return;
  }
  const raw = Buffer.concat(chunks);
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
  const json = request.headers["content-type"]?.startsWith("application/json") === true;
  received.push(...(json ? decodeOtlpJson(body.toString()) : decodeOtlpProtobuf(body)));
  response.writeHead(200, { "content-type": json ? "application/json" : "application/x-protobuf" });
  response.end(json ? "{}" : undefined);
}
