/** Bodies of HTTP requests: JSON only, bounded one by one and all together. */
import type { IncomingMessage } from "node:http";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** A refusal that HTTP has a status of its own for. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly error: HeddleError;

  constructor(status: number, error: HeddleError) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

/** Bytes of all bodies that are being read; the memory of a process is shared by its clients. */
let heldBytes = 0;

/**
 * Reads a body as JSON; an empty one is an empty object. What is wrong with it leaves the connection as it is, so that
 * the client can be told. Throws BAD_REQUEST, BAD_PAYLOAD, QUEUE_FULL, and HttpRefusal for a wrong type or size.
 */
export async function readJsonBody(
  request: IncomingMessage,
  bodiesMaxBytes: number = limits.httpBodiesMaxBytes,
): Promise<unknown> {
  checkType(request);
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limits.httpBodyMaxBytes) throw tooLarge(`${announced}`);
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      const bytes = part as Buffer; // no encoding is set on the request
      size += bytes.length;
      heldBytes += bytes.length;
      if (size > limits.httpBodyMaxBytes) throw tooLarge(`more than ${limits.httpBodyMaxBytes}`);
      if (heldBytes > bodiesMaxBytes)
        throw new HeddleError("QUEUE_FULL", "too many large requests are being read", {
          retryAfterMs: limits.queueFullRetryMs,
        });
      parts.push(bytes);
    }
    return parse(Buffer.concat(parts));
  } finally {
    heldBytes -= size;
  }
}

/** A page of another site cannot send this type without asking first, which is never granted. */
function checkType(request: IncomingMessage): void {
  const { "content-type": given, "content-encoding": encoding = "identity" } = request.headers;
  const [type = "", ...parameters] = (given ?? "").split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  const utf8 = charset === undefined || ["utf-8", '"utf-8"', "us-ascii"].includes(charset);
  if (type !== "application/json" || !utf8) {
    const is = given === undefined ? "it is missing" : `it is ${JSON.stringify(given.slice(0, 80))}`;
    throw unsupported(`the content-type must be application/json in UTF-8; ${is}`);
  }
  if (encoding !== "identity") {
    throw unsupported(
      `the content-encoding ${JSON.stringify(encoding.slice(0, 80))} is not taken; send it plain`,
    );
  }
}

function unsupported(said: string): HttpRefusal {
  return new HttpRefusal(415, new HeddleError("BAD_REQUEST", said));
}

function tooLarge(size: string): HttpRefusal {
  const said = `the body has ${size} bytes, the limit is ${limits.httpBodyMaxBytes}; use gRPC for more`;
  return new HttpRefusal(413, new HeddleError("PAYLOAD_TOO_LARGE", said));
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch (error) {
    const said = error instanceof SyntaxError ? error.message : "it is not UTF-8";
    throw new HeddleError("BAD_PAYLOAD", `the body is not JSON: ${said.slice(0, 200)}`);
  }
}
