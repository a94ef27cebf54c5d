/**
 * `POST /v1/<kernel>/<function>`: the request message as proto3 JSON in, the response message as proto3 JSON out. This
 * is the one place of a gateway that looks into payloads.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { messageFromJson, messageToJsonText } from "../wire/json.ts";
import { decodeMessage, encodeMessage } from "../wire/message.ts";
import type { FunctionSchema } from "../wire/schema.ts";
import { numberIn, readCallHeaders } from "./call-headers.ts";
import { callStats } from "./call-stats.ts";
import { answerError, answerJson } from "./http-answer.ts";
import { readJsonBody } from "./http-body.ts";
import type { FunctionRecord } from "./records.ts";
import type { Registry } from "./registry.ts";
import type { SingleCalls } from "./single-calls.ts";

/** Where calls go. */
export interface HttpInvokeOptions {
  readonly calls: SingleCalls;
  readonly registry: Registry;
}

/** Makes the call that a request asks for and answers it. Rejects with what is wrong with the request. */
export async function invokeOverHttp(
  { calls, registry }: HttpInvokeOptions,
  [kernel, fn]: readonly [string, string],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { digest, ...options } = readCallHeaders((name) => headerOf(request, name));
  const timeoutMs = numberIn("heddle-timeout-ms", headerOf(request, "heddle-timeout-ms"), 0, timeoutMaxMs);
  registry.resolve(kernel, fn, digest); // before the body: a call of nothing is told so at once
  const json = await readJsonBody(request);
  // Only now, so that the version that reads the payload is the one whose descriptor it was written by.
  const record = registry.resolve(kernel, fn, digest);
  const schema = schemaOf(registry, record);
  const call = calls.start(
    {
      function: record,
      payload: encodeMessage(schema.request, messageFromJson(schema.request, json)),
      deadlineMs: timeoutMs === 0 ? Infinity : timeoutMs,
      ...options,
      caller: `http ${request.socket.remoteAddress ?? ""}:${request.socket.remotePort ?? 0}`,
      responseMaxBytes: limits.unaryMessageMaxBytes,
    },
    {
      succeeded: (payload, frame, position) =>
        answerResult(schema, payload, response, callStats(record.digest, frame, position)),
      failed: (error) => answerError(response, error),
    },
  );
  // The client has gone; once the call is answered this does nothing.
  if (response.closed) call.cancel();
  else response.on("close", () => call.cancel());
}

/** Any timeout that a client may mean; a longer one than is granted is cut to that. */
const timeoutMaxMs = 2 ** 31 - 1;

function answerResult(
  { response: type }: FunctionSchema,
  payload: Uint8Array,
  response: ServerResponse,
  stats: Readonly<Record<string, string>>,
): void {
  let text: string;
  try {
    text = messageToJsonText(type, decodeMessage(type, payload));
  } catch (error) {
    const { rawMessage } = HeddleError.from(error);
    const said = `the kernel's response cannot be read as ${type.fullName}: ${rawMessage}`;
    answerError(response, new HeddleError("KERNEL_BAD_RESULT", said, { cause: error }), undefined, stats);
    return;
  }
  answerJson(response, 200, text, stats);
}

function schemaOf(registry: Registry, { kernel, name, digest }: FunctionRecord): FunctionSchema {
  const { schema } = registry.get(kernel, digest).admitted;
  const found = schema.functions.find((each) => each.name === name);
  if (found === undefined) throw new HeddleError("INTERNAL", `the schema of ${kernel} lacks ${name}`);
  return found;
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
