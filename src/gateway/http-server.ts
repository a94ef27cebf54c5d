/** The HTTP port: who may speak to it, and which path leads where. Whatever is not there is a JSON 404. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Code } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { checkBindPolicy, type BindOptions } from "../rpc/server.ts";
import { answerError, answerJson } from "./http-answer.ts";
import { HttpRefusal } from "./http-body.ts";

/** What `/healthz` tells. */
export interface Health {
  readonly status: "serving" | "stopping";
  readonly nodes: number;
}

/** What stands behind the paths. What they throw or reject with is sent as an error. */
export interface HttpRoutes {
  health(): Health;
  /** `GET /v1` */
  kernels(): unknown;
  /** `GET /v1/<kernel>`, of a version or with "" of the one that serves. */
  kernel(name: string, digest: string): unknown;
  /** `POST /v1/<kernel>/<function>`; answers by itself. */
  invoke(
    path: readonly [kernel: string, fn: string],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void>;
}

type HttpWaits = Readonly<Record<"httpRequestMs" | "httpHeadersMs" | "httpCheckMs", number>>;

const localNames = new Set(["localhost", "127.0.0.1", "[::1]"]);
const reading = ["GET", "HEAD"];
const served = "there is /healthz, /v1, /v1/<kernel> and POST /v1/<kernel>/<function>";

export class HttpServer {
  readonly #server: Server;
  readonly #routes: HttpRoutes;
  /** Answers that are under way. */
  readonly #answers = new Set<ServerResponse>();
  #whenQuiet: (() => void) | undefined;

  /** `waits` bound the time of clients that send slowly. */
  constructor(routes: HttpRoutes, waits: HttpWaits = limits) {
    this.#routes = routes;
    this.#server = createServer(
      {
        requestTimeout: waits.httpRequestMs,
        headersTimeout: waits.httpHeadersMs,
        connectionsCheckingInterval: waits.httpCheckMs,
        keepAliveTimeout: limits.httpIdleMs,
      },
      (request, response) => this.#take(request, response),
    );
    this.#server.maxConnections = limits.httpConnectionsMax;
  }

  /** Gives the port. Throws ADDRESS_IN_USE, BAD_REQUEST. */
  start(options: BindOptions): Promise<number> {
    checkBindPolicy(options);
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(bindError(options, error)));
      this.#server.listen(options.port, options.host, () => {
        // Once it listens, an error of the listener (out of descriptors) ends a connection, not the process.
        this.#server.on("error", () => {});
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : options.port);
      });
    });
  }

  /** Takes no more connections, lets answers under way end for `graceMs`, then cuts all. May be called twice. */
  async stop(graceMs: number): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    if (this.#answers.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.#whenQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.#answers.add(response);
    response.on("close", () => {
      this.#answers.delete(response);
      if (this.#answers.size === 0) this.#whenQuiet?.();
    });
    this.#answer(request, response).catch((error: unknown) => {
      // The rest of a body that is not wanted is not read either.
      const headers: Record<string, string> = request.complete ? {} : { connection: "close" };
      if (error instanceof HttpRefusal) answerError(response, error.error, error.status, headers);
      else answerError(response, HeddleError.from(error), undefined, headers);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/" } = request;
    checkOrigin(request);
    const [pathname = "/"] = url.split("?");
    const [root, kernel, fn, ...more] = segmentsOf(pathname);
    if (pathname === "/healthz" && reading.includes(method)) {
      const health = this.#routes.health();
      answerJson(response, health.status === "serving" ? 200 : 503, JSON.stringify(health));
      return;
    }
    if (root !== "v1" || more.length > 0 || kernel === "" || fn === "") {
      throw new HttpRefusal(404, nothing(`nothing is served at ${method} ${pathname}; ${served}`));
    }
    if (kernel !== undefined && fn !== undefined) {
      checkMethod(method, pathname, ["POST"], response);
      await this.#routes.invoke([kernel, fn], request, response);
      return;
    }
    checkMethod(method, pathname, reading, response);
    const digest = request.headers["heddle-digest"];
    const told =
      kernel === undefined ? this.#routes.kernels() : this.#routes.kernel(kernel, String(digest ?? ""));
    answerJson(response, 200, JSON.stringify(told));
  }
}

/** The parts of a path, decoded. Throws BAD_REQUEST. */
function segmentsOf(pathname: string): string[] {
  try {
    return pathname.slice(1).split("/").map(decodeURIComponent);
  } catch {
    throw new HeddleError("BAD_REQUEST", `the path ${JSON.stringify(pathname)} is not percent-encoded UTF-8`);
  }
}

function checkMethod(
  method: string,
  pathname: string,
  allowed: readonly string[],
  response: ServerResponse,
): void {
  if (allowed.includes(method)) return;
  response.setHeader("allow", allowed.join(", "));
  const said = `${pathname} takes ${allowed.join(" and ")}, not ${method}`;
  throw new HttpRefusal(405, new HeddleError("BAD_REQUEST", said, { code: Code.UNIMPLEMENTED }));
}

function nothing(said: string): HeddleError {
  return new HeddleError("BAD_REQUEST", said, { code: Code.NOT_FOUND });
}

/**
 * A page of another site must not reach a server on this machine: neither by its origin nor by a name it rebinds.
 * Throws a refusal.
 */
function checkOrigin(request: IncomingMessage): void {
  const refuse = (said: string): never => {
    throw new HttpRefusal(403, new HeddleError("BAD_REQUEST", said, { code: Code.PERMISSION_DENIED }));
  };
  const host = request.headers.host;
  const local = request.socket.localAddress;
  if (host !== undefined && !isOwnName(host, local))
    refuse(`the Host header names ${JSON.stringify(host)}, not this server`);
  const origin = request.headers.origin;
  if (origin === undefined) return;
  const originHost = URL.canParse(origin) ? new URL(origin).host : "";
  if (originHost !== host) refuse(`requests from the origin ${JSON.stringify(origin)} are not served`);
}

function isOwnName(host: string, local: string | undefined): boolean {
  const name = host.replace(/:\d+$/, "");
  return localNames.has(name) || name === local || `[${local}]` === name;
}

function bindError(options: BindOptions, error: NodeJS.ErrnoException): HeddleError {
  const taken = error.code === "EADDRINUSE";
  const advice = taken
    ? "something else listens there; choose another port, or 0 for any free one"
    : error.message;
  const said = `cannot listen on ${options.host}:${options.port}: ${advice}`;
  return new HeddleError(taken ? "ADDRESS_IN_USE" : "BAD_REQUEST", said, { cause: error });
}
