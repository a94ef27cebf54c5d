/** The HTTP port: health now, JSON calls, the API and the UI later. Whatever is not there is a JSON 404. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { HeddleError } from "../base/error.ts";
import { checkBindPolicy, type BindOptions } from "../rpc/server.ts";

/** What `/healthz` tells. */
export interface Health {
  readonly status: "serving" | "stopping";
  readonly nodes: number;
}

const localNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

export class HttpServer {
  readonly #server: Server;
  readonly #health: () => Health;

  constructor(health: () => Health) {
    this.#health = health;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.requestTimeout = 30_000;
    this.#server.headersTimeout = 10_000;
  }

  /** Gives the port. Throws ADDRESS_IN_USE, BAD_REQUEST. */
  start(options: BindOptions): Promise<number> {
    checkBindPolicy(options);
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const taken = error.code === "EADDRINUSE";
        const advice = taken
          ? "something else listens there; choose another port, or 0 for any free one"
          : error.message;
        const reason = taken ? "ADDRESS_IN_USE" : "BAD_REQUEST";
        reject(
          new HeddleError(reason, `cannot listen on ${options.host}:${options.port}: ${advice}`, {
            cause: error,
          }),
        );
      });
      this.#server.listen(options.port, options.host, () => {
        // Once it listens, an error of the listener (out of descriptors) ends a connection, not the process.
        this.#server.on("error", () => {});
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : options.port);
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#server.listening) {
        resolve();
        return;
      }
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const refusal = checkOrigin(request);
    if (refusal !== undefined) {
      send(response, 403, { error: { code: "PERMISSION_DENIED", reason: "BAD_REQUEST", message: refusal } });
      return;
    }
    const [pathname = "/"] = (request.url ?? "/").split("?");
    if (pathname === "/healthz" && (request.method === "GET" || request.method === "HEAD")) {
      const health = this.#health();
      send(response, health.status === "serving" ? 200 : 503, health);
      return;
    }
    const message = `nothing is served at ${request.method} ${pathname}; there is /healthz`;
    send(response, 404, { error: { code: "NOT_FOUND", reason: "BAD_REQUEST", message } });
  }
}

/** A page of another site must not reach a server on this machine: neither by its origin nor by a name it rebinds. */
function checkOrigin(request: IncomingMessage): string | undefined {
  const host = request.headers.host;
  const local = request.socket.localAddress;
  if (host !== undefined && !isOwnName(host, local))
    return `the Host header names ${JSON.stringify(host)}, not this server`;
  const origin = request.headers.origin;
  if (origin === undefined) return undefined;
  const originHost = URL.canParse(origin) ? new URL(origin).host : "";
  return originHost === host
    ? undefined
    : `requests from the origin ${JSON.stringify(origin)} are not served`;
}

function isOwnName(host: string, local: string | undefined): boolean {
  const name = host.replace(/:\d+$/, "");
  return localNames.has(name) || name === local || `[${local}]` === name;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
