/**
 * A node's membership at one scheduler: the Register stream with its heartbeats, opened again with back-off for as
 * long as the node lives. The scheduler dials the node's Executor when the stream has said its facts.
 */
import type { ClientDuplexStream } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { closeChannel, openChannel, secretMetadata } from "../rpc/channel.ts";
import { keepStreamAlive } from "../rpc/keepalive.ts";
import { heddle } from "../rpc/services.ts";
import { fromStatus } from "../rpc/status.ts";
import type { Heartbeat } from "../rpc/generated/heddle/v1/Heartbeat.ts";
import type { NodeFacts } from "../rpc/generated/heddle/v1/NodeFacts.ts";
import type { RegisterRequest } from "../rpc/generated/heddle/v1/RegisterRequest.ts";
import type { RegisterResponse__Output as RegisterResponse } from "../rpc/generated/heddle/v1/RegisterResponse.ts";

type RegisterStream = ClientDuplexStream<RegisterRequest, RegisterResponse>;

/** What a registration needs of its node, and whom it tells. */
export interface RegistrationOptions {
  /** `host:port` of the scheduler. */
  readonly scheduler: string;
  readonly secret: string;
  readonly random: Random;
  facts(): NodeFacts;
  load(): Heartbeat;
  /** The scheduler has taken the node in. */
  accepted(scheduler: string): void;
  /** The scheduler wants the node to drain. */
  drain(why: string): void;
  /** The stream is gone; `final` when trying again is pointless (wrong secret, version skew). */
  lost(scheduler: string, error: HeddleError, final: boolean): void;
}

const finalReasons: ReadonlySet<string> = new Set(["BAD_SECRET", "VERSION_SKEW", "BAD_REQUEST"]);

export class Registration {
  readonly #options: RegistrationOptions;
  #state: "idle" | "connecting" | "member" | "waiting" | "stopped" = "idle";
  #stream: RegisterStream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state === "idle") this.#connect();
  }

  /** Says goodbye and stops. */
  stop(why: string): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    clearTimeout(this.#timer);
    this.#stream?.write({ leaving: { why } });
    this.#stream?.end();
  }

  /** Tells that the node is leaving but keeps the stream, so that what still runs is counted. */
  announceLeaving(why: string): void {
    this.#stream?.write({ leaving: { why } });
  }

  #connect(): void {
    this.#state = "connecting";
    const { scheduler, secret } = this.#options;
    const channel = openChannel(scheduler, "scheduler", "own");
    const method = heddle.Cluster.service.Register;
    const stream: RegisterStream = channel.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      secretMetadata(secret),
    );
    keepStreamAlive(stream, "scheduler");
    this.#stream = stream;
    stream.on("data", (response: RegisterResponse) => this.#receive(response));
    const over = (error: unknown): void => {
      if (this.#stream !== stream) return;
      this.#stream = undefined;
      closeChannel(channel);
      this.#lost(error);
    };
    stream.on("error", over);
    stream.on("end", () =>
      over(new HeddleError("CONNECTION_LOST", `scheduler ${scheduler} ended the registration`)),
    );
    stream.write({ facts: this.#options.facts() });
  }

  #receive(response: RegisterResponse): void {
    if (this.#state === "stopped") return; // an answer on its way when the node left
    if (response.accepted) {
      this.#state = "member";
      this.#tries = 0;
      this.#beat(response.accepted.heartbeatMs);
      this.#options.accepted(this.#options.scheduler);
    } else if (response.drain) {
      this.#options.drain(response.drain.why);
    }
  }

  #beat(everyMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#stream?.write({ heartbeat: this.#options.load() });
      this.#beat(everyMs);
    }, everyMs);
  }

  #lost(cause: unknown): void {
    clearTimeout(this.#timer);
    if (this.#state === "stopped") return;
    const error = fromStatus(cause);
    const final = finalReasons.has(error.reason);
    this.#state = final ? "stopped" : "waiting";
    this.#options.lost(this.#options.scheduler, error, final);
    if (final) return;
    const ceiling = Math.min(limits.reconnectMaxMs, limits.reconnectBaseMs * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#connect(), ceiling * (0.5 + this.#options.random.next() / 2));
  }
}
