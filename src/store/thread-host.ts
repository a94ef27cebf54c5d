/**
 * Runs something synchronous (a database) in a thread of its own, off the event loop of its owner: the host's side
 * and the thread's side of one small protocol, and the only importer of `node:worker_threads` here. Requests are
 * answered in the order they were sent. When the thread dies, whatever waits is rejected and so is every later call:
 * nobody knows what became of it.
 */
import { Worker, parentPort, workerData } from "node:worker_threads";
import { HeddleError } from "../base/error.ts";

/** Starts a thread on demand and talks to it. `Request` and `Reply` must survive structured cloning. */
export class ThreadHost<Request, Reply> {
  readonly #options: ThreadOptions;
  readonly #waiting: PromiseWithResolvers<Reply>[] = [];
  #worker: Worker | undefined;
  #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  #exited: Promise<void> = Promise.resolve();
  #failure: HeddleError | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Resolves when the thread's `open` has returned; throws what it threw. Call once. */
  async start(): Promise<void> {
    const { entry, name, data } = this.#options;
    const worker = new Worker(entry, { name, workerData: data, execArgv: [] });
    this.#worker = worker;
    this.#exited = new Promise((resolve) => {
      worker.once("exit", (code) => {
        this.#fail(new HeddleError("INTERNAL", `the thread "${name}" ended with exit code ${code}`));
        resolve();
      });
    });
    worker.on("message", (message: ThreadMessage<Reply>) => this.#receive(message));
    worker.on("messageerror", (cause) => this.#fail(this.#broken("sent what cannot be read", cause)));
    worker.on("error", (cause) => this.#fail(this.#broken("failed", cause)));
    try {
      await this.#ready.promise;
    } catch (error) {
      await this.#exited; // it has closed its port, so it ends by itself
      throw error;
    }
  }

  /** One request, one reply. The request is copied before this returns. */
  call(request: Request): Promise<Reply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const waiter = Promise.withResolvers<Reply>();
    this.#waiting.push(waiter);
    this.#worker?.postMessage({ kind: "call", request } satisfies HostMessage<Request>);
    return waiter.promise;
  }

  /** Lets the thread answer what was sent, close, and end. */
  async stop(): Promise<void> {
    this.#worker?.postMessage({ kind: "close" } satisfies HostMessage<Request>);
    await this.#exited;
  }

  #receive(message: ThreadMessage<Reply>): void {
    switch (message.kind) {
      case "ready":
        return this.#ready.resolve();
      case "reply":
        return this.#waiting.shift()?.resolve(message.reply);
      case "failed":
        return this.#fail(new HeddleError(message.reason, message.text));
      default:
        message satisfies never;
    }
  }

  #broken(how: string, cause: unknown): HeddleError {
    const said = cause instanceof Error ? cause.message : String(cause);
    return new HeddleError("INTERNAL", `the thread "${this.#options.name}" ${how}: ${said}`, {
      cause,
    });
  }

  #fail(error: HeddleError): void {
    this.#failure ??= error; // the first is the cause, the rest follows from it
    this.#ready.promise.catch(() => undefined); // start() tells it, if start() still waits
    this.#ready.reject(this.#failure);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#failure);
  }
}

/** What to run, and with what. */
export interface ThreadOptions {
  /** The file of the thread, which calls `serveThread`. */
  readonly entry: URL;
  /** Shown in profiles and in error messages. */
  readonly name: string;
  /** Handed to the thread's `open`. */
  readonly data: unknown;
}

/** What the thread's side offers. An error of `answer` ends the thread. */
export interface ThreadServer<Request, Reply> {
  answer(request: Request): Reply;
  close(): void;
}

/** The thread's side: opens with the host's data, answers until the host closes. To be called once in the entry file. */
export function serveThread<Request, Reply>(open: (data: unknown) => ThreadServer<Request, Reply>): void {
  const port = parentPort;
  if (port === null) throw new Error("serveThread must run in a thread of a ThreadHost");
  const send = (message: ThreadMessage<Reply>): void => port.postMessage(message);
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      const { reason, rawMessage } = HeddleError.from(error);
      send({ kind: "failed", reason, text: rawMessage });
      port.close();
      return undefined;
    }
  };
  const server = attempt(() => open(workerData));
  if (server === undefined) return;
  port.on("message", (message: HostMessage<Request>) => {
    if (message.kind === "call") {
      attempt(() => send({ kind: "reply", reply: server.answer(message.request) }));
    } else {
      attempt(() => server.close());
      port.close();
    }
  });
  send({ kind: "ready" });
}

type HostMessage<Request> = { readonly kind: "call"; readonly request: Request } | { readonly kind: "close" };

type ThreadMessage<Reply> =
  | { readonly kind: "ready" }
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly reason: string; readonly text: string };
