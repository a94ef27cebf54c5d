/**
 * The SDK's connection to a gateway: a Session with its small and its bulk stream, opened again when it is lost. What
 * has not settled then is submitted again by its owner under a new number, for as long as the caller was willing to wait.
 */
import { randomUUID } from "node:crypto";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { systemRandom } from "../base/random.ts";
import { version } from "../base/version.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import type { FunctionFrame, ResultFrame, WelcomeFrame } from "../wire/frame.ts";
import { dialSession, type DialledSession } from "./dial.ts";
import { FunctionTable } from "./function-table.ts";
import type { CallableFunction } from "./schemas.ts";

/** A batch or a map that is under way. */
export interface Submission {
  /** The connection is open: send everything that has not settled, under this number. */
  submit(id: number, link: FrameLink): void;
  /** Outcomes of some items, as numbered in the last `submit`. */
  result(frame: ResultFrame): void;
  /** Its inputs count for the window of the connection, which those that count share. */
  readonly windowed: boolean;
  /** False when it was sent already and must not run twice. */
  readonly repeatable: boolean;
  /** It cannot be completed. */
  fail(error: HeddleError): void;
}

export interface ConnectionOptions {
  readonly address: string;
  readonly connectTimeoutMs: number;
  readonly reconnectMs: number;
  readonly principal: string;
}

type State =
  | { readonly kind: "connecting"; readonly streams: DialledSession }
  | { readonly kind: "open"; readonly streams: DialledSession; readonly welcome: WelcomeFrame }
  | { readonly kind: "waiting"; readonly timer: NodeJS.Timeout }
  | { readonly kind: "closed"; readonly error: HeddleError };

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #clientId = randomUUID();
  readonly #submissions = new Map<number, Submission>();
  /** Those the gateway has refused since it is shutting down: nothing of them was started, they wait for its return. */
  readonly #unstarted = new Set<number>();
  /** How many of them share the window. */
  #windowed = 0;
  /** Numbers of functions on the present streams. */
  #functions = new FunctionTable();
  #versionListener: (kernel: string, version: string) => void = () => {};
  #state: State | undefined;
  #epoch = 0;
  #nextId = 1;
  #tries = 0;
  /** Runs while the connection is away: how long what waits for it is kept. */
  #giveUp: NodeJS.Timeout | undefined;
  #patience: "left" | "out" = "left";
  #opened: { resolve: () => void; reject: (error: HeddleError) => void } | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Resolves when the first Session is open. Rejects with UNREACHABLE, VERSION_SKEW. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { connectTimeoutMs, address } = this.#options;
      const timer = setTimeout(() => {
        this.close(new HeddleError("UNREACHABLE", `${address} did not answer within ${connectTimeoutMs} ms`));
      }, connectTimeoutMs);
      this.#opened = {
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#connect();
    });
  }

  /** The open link, if there is one now. */
  get link(): FrameLink | undefined {
    return this.#state?.kind === "open" ? this.#state.streams.link : undefined;
  }

  /** How long the SDK tries to come back to a lost gateway. */
  get reconnectMs(): number {
    return this.#options.reconnectMs;
  }

  /** Of what the gateway lets this client have unsettled, the share of each map. */
  get windowBytes(): number {
    const all = this.#state?.kind === "open" ? this.#state.welcome.windowBytes : limits.sessionWindowBytes;
    return all / Math.max(1, this.#windowed);
  }

  /**
   * Takes a submission in and sends it, now or when the connection is back. Gives the number to remove it by until it
   * is submitted under another; 0 when it failed at once.
   */
  add(submission: Submission): number {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      submission.fail(refusal);
      return 0;
    }
    const id = this.#nextId++;
    this.#submissions.set(id, submission);
    if (submission.windowed) this.#windowed++;
    const { link } = this;
    if (link !== undefined) submission.submit(id, link);
    return id;
  }

  /** Nothing more is expected for this number. */
  remove(id: number): void {
    if (this.#submissions.get(id)?.windowed === true) this.#windowed--;
    this.#submissions.delete(id);
    this.#unstarted.delete(id);
  }

  /** Hears which version of a kernel answers from now on, 64 hex digits, or "" for none. */
  onVersion(listener: (kernel: string, version: string) => void): void {
    this.#versionListener = listener;
  }

  /** The number of a function on the present streams; named to the gateway on first use. */
  functionNumber(link: FrameLink, fn: CallableFunction): number {
    return this.#functions.numberOf(link, fn);
  }

  /** Ends everything; what is under way fails with the error. */
  close(error: HeddleError): void {
    const state = this.#state;
    if (state?.kind === "closed") return;
    this.#state = { kind: "closed", error };
    clearTimeout(this.#giveUp);
    if (state?.kind === "waiting") clearTimeout(state.timer);
    else state?.streams.close();
    this.#opened?.reject(error);
    this.#failAll(error);
  }

  #connect(): void {
    const streams = dialSession(
      this.#options.address,
      {
        version,
        clientId: this.#clientId,
        bulk: false,
        namespace: "",
        principal: this.#options.principal,
        epoch: ++this.#epoch,
      },
      {
        welcome: (frame) => this.#welcomed(streams, frame),
        result: (frame) => this.#result(frame),
        version: (frame) => this.#versioned(frame),
        closed: (error) => this.#lost(streams, error),
      },
    );
    this.#functions = new FunctionTable();
    this.#state = { kind: "connecting", streams };
  }

  #welcomed(streams: DialledSession, welcome: WelcomeFrame): void {
    if (this.#state?.kind !== "connecting" || this.#state.streams !== streams) return;
    this.#state = { kind: "open", streams, welcome };
    this.#tries = 0;
    clearTimeout(this.#giveUp);
    this.#giveUp = undefined;
    this.#patience = "left";
    this.#opened?.resolve();
    this.#opened = undefined;
    const again = this.#takeAll();
    for (const submission of again) this.add(submission);
  }

  #lost(streams: DialledSession, error: HeddleError): void {
    const state = this.#state;
    if (
      state === undefined ||
      state.kind === "closed" ||
      state.kind === "waiting" ||
      state.streams !== streams
    )
      return;
    if (this.#opened !== undefined || error.reason === "VERSION_SKEW") {
      this.close(this.#refused(error));
      return;
    }
    if (state.kind === "open") this.#failUnrepeatable();
    const ceiling = Math.min(limits.reconnectMaxMs, limits.reconnectBaseMs * 2 ** this.#tries++);
    const timer = setTimeout(() => this.#connect(), ceiling * (0.5 + systemRandom.next() / 2));
    this.#state = { kind: "waiting", timer };
    if (this.#patience === "out") return;
    this.#giveUp ??= setTimeout(() => this.#outOfPatience(error), this.#options.reconnectMs);
  }

  #result(frame: ResultFrame): void {
    const submission = this.#submissions.get(frame.id);
    if (submission === undefined) return;
    if (frame.errors[0]?.reason === "GATEWAY_STOPPING") this.#unstarted.add(frame.id);
    else submission.result(frame);
  }

  #versioned({ number, digest }: FunctionFrame): void {
    const kernel = this.#functions.kernelOf(number);
    if (kernel !== undefined) this.#versionListener(kernel, Buffer.from(digest).toString("hex"));
  }

  #refused(error: HeddleError): HeddleError {
    if (error.reason === "VERSION_SKEW") return error;
    const said = `nothing answers at ${this.#options.address}; is \`heddle up\` running there? (${error.rawMessage})`;
    return new HeddleError("UNREACHABLE", said, { cause: error });
  }

  #outOfPatience(cause: HeddleError): void {
    this.#giveUp = undefined;
    this.#patience = "out";
    const { address, reconnectMs } = this.#options;
    const said = `the connection to ${address} was lost and did not come back within ${reconnectMs} ms`;
    this.#failAll(new HeddleError("CONNECTION_LOST", said, { cause }));
  }

  /** Why nothing new is taken in: it is closed, or away for longer than anything waits for it. */
  #refusal(): HeddleError | undefined {
    if (this.#state?.kind === "closed") return this.#state.error;
    if (this.#patience === "left") return undefined;
    return new HeddleError("UNREACHABLE", `nothing answers at ${this.#options.address}`);
  }

  #failUnrepeatable(): void {
    for (const [id, submission] of this.#submissions) {
      if (submission.repeatable || this.#unstarted.has(id)) continue;
      this.remove(id);
      const said =
        "the connection was lost; the function has effects, so it is not sent again without an idempotencyKey";
      submission.fail(new HeddleError("CONNECTION_LOST", said));
    }
  }

  #takeAll(): Submission[] {
    const all = [...this.#submissions.values()];
    this.#submissions.clear();
    this.#unstarted.clear();
    this.#windowed = 0;
    return all;
  }

  #failAll(error: HeddleError): void {
    const failed = this.#takeAll();
    for (const submission of failed) submission.fail(error);
  }
}
