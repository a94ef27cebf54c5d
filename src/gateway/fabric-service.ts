/** Fabric: unary calls, and the streams of sessions. */
import type { sendUnaryData, Server, ServerDuplexStream, ServerUnaryCall } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { answererDuplex, type Duplex } from "../rpc/duplex.ts";
import type { InvokeRequest__Output as InvokeRequest } from "../rpc/generated/heddle/v1/InvokeRequest.ts";
import type { InvokeResponse } from "../rpc/generated/heddle/v1/InvokeResponse.ts";
import { fabricService } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import { traceContextOf } from "../rpc/trace-metadata.ts";
import { readFirstHello } from "../wire/first-frame.ts";
import { noBytes, type ResultFrame } from "../wire/frame.ts";
import { checkRequestKey } from "./request-bounds.ts";
import { Session, type SessionGateway } from "./session.ts";

type RawServerStream = ServerDuplexStream<Buffer, Buffer>;
/** What a unary answer holds beside its stats. */
const unaryPayloadMaxBytes = limits.unaryMessageMaxBytes - 16 * 1024;

type InvokeCall = ServerUnaryCall<InvokeRequest, InvokeResponse>;

export class FabricService {
  readonly #gateway: SessionGateway;
  readonly #helloWaitMs: number;
  readonly #sessions = new Map<string, Session>();

  /** `helloWaitMs` bounds the time of a stream that has not said whose it is. */
  constructor(gateway: SessionGateway, helloWaitMs: number = limits.helloWaitMs) {
    this.#gateway = gateway;
    this.#helloWaitMs = helloWaitMs;
  }

  addTo(server: Server): void {
    server.addService(fabricService, {
      Invoke: (call: InvokeCall, answer: sendUnaryData<InvokeResponse>) => this.#invoke(call, answer),
      Session: (stream: RawServerStream) => {
        new IncomingSession(stream, this.#gateway, this.#sessions, this.#helloWaitMs);
      },
    });
  }

  /** Ends all sessions; their clients connect elsewhere. */
  close(): void {
    const error = new HeddleError("GATEWAY_STOPPING", "the gateway is shutting down");
    for (const session of [...this.#sessions.values()]) session.link.finish(error);
  }

  #invoke(call: InvokeCall, answer: sendUnaryData<InvokeResponse>): void {
    try {
      const { request } = call;
      const [kernel = "", fn = "", ...more] = request.function.split("/");
      if (kernel === "" || fn === "" || more.length > 0) {
        throw new HeddleError(
          "BAD_REQUEST",
          `function must be "kernel/function", not ${JSON.stringify(request.function)}`,
        );
      }
      checkRequestKey("affinity", request.affinity);
      checkRequestKey("idempotency_key", request.idempotencyKey);
      const client = new UnaryClient(call.getPeer(), answer);
      const record = this.#gateway.engine.submit({
        client,
        clientId: 0,
        function: this.#gateway.registry.resolve(kernel, fn, request.digest),
        sizes: Uint32Array.of(request.payload.length),
        payloads: request.payload,
        open: false,
        deadlineMs: deadlineOf(call),
        priority: request.priority,
        attemptsMax: Math.min(request.attemptsMax, limits.attemptsCap),
        principal: "",
        affinity: request.affinity,
        trace: traceContextOf(call.metadata),
        traces: noBytes,
      });
      call.on("cancelled", () => this.#gateway.engine.cancel(record, 0, Infinity));
    } catch (error) {
      answer(toStatus(error));
    }
  }
}

/** Time left in ms, at most the longest a server grants; a call without a deadline gets that. */
function deadlineOf(call: InvokeCall): number {
  const deadline = call.getDeadline();
  const at = deadline instanceof Date ? deadline.getTime() : deadline;
  if (!Number.isFinite(at)) return limits.deadlineMaxMs;
  return Math.min(limits.deadlineMaxMs, Math.max(1, Math.ceil(at - Date.now())));
}

/** The one item of a unary call. */
class UnaryClient {
  readonly key: string;
  readonly #answer: sendUnaryData<InvokeResponse>;

  constructor(peer: string, answer: sendUnaryData<InvokeResponse>) {
    // All unary calls of one peer share its fair part.
    this.key = `unary ${peer}`;
    this.#answer = answer;
  }

  result(_batch: unknown, frame: ResultFrame): void {
    const failed = frame.errors[0];
    if (failed !== undefined) {
      const { code, reason, message, attempts, node, retryAfterMs } = failed;
      const error = new HeddleError(reason, message, {
        code: code as HeddleError["code"], // the scheduler passes codes of the table only
        attempts,
        ...(node === "" ? {} : { node }),
        ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
      });
      this.#answer(toStatus(error));
      return;
    }
    if (frame.payloads.length > unaryPayloadMaxBytes) {
      const said = `the response has ${frame.payloads.length} bytes, a unary call takes ${unaryPayloadMaxBytes}; use a Session`;
      this.#answer(toStatus(new HeddleError("RESULT_TOO_LARGE", said)));
      return;
    }
    const { node, attempt: attempts, queuedMs, coldMs, earlier } = frame;
    const stats = { node, attempts, queuedMs, coldMs, runMs: frame.runMs[0] ?? 0, earlier: [...earlier] };
    const payload = Buffer.from(frame.payloads.buffer, frame.payloads.byteOffset, frame.payloads.length);
    this.#answer(null, { payload, stats });
  }

  settled(): void {
    // its one result has been answered
  }
}

/** One stream of a client from its first message on. */
class IncomingSession {
  readonly #gateway: SessionGateway;
  readonly #sessions: Map<string, Session>;
  readonly #duplex: Duplex;
  /** Ends a stream that never says who it is. */
  readonly #greeting: NodeJS.Timeout;
  #bound: { readonly session: Session; readonly bulk: boolean } | undefined;

  constructor(
    stream: RawServerStream,
    gateway: SessionGateway,
    sessions: Map<string, Session>,
    helloWaitMs: number,
  ) {
    this.#gateway = gateway;
    this.#sessions = sessions;
    this.#duplex = answererDuplex(stream, {
      message: (message) => this.#message(message),
      drained: () => this.#bound?.session.drained(),
      closed: () => this.#closed(),
    });
    this.#greeting = setTimeout(() => this.#duplex.close(silent(helloWaitMs)), helloWaitMs);
  }

  #message(message: Buffer): void {
    if (this.#bound === undefined) this.#bind(message);
    else this.#bound.session.link.receive(message, this.#bound.bulk, "opener");
  }

  #bind(message: Buffer): void {
    const hello = readFirstHello(message);
    clearTimeout(this.#greeting);
    if (hello.clientId === "" || hello.clientId.length > 128) {
      throw new HeddleError("PROTOCOL", "a Hello needs a client_id of 1 to 128 characters");
    }
    const present = this.#sessions.get(hello.clientId);
    let session: Session;
    if (hello.bulk) {
      if (present === undefined || present.epoch !== hello.epoch) {
        throw new HeddleError("PROTOCOL", "the bulk stream came without its small one");
      }
      session = present;
    } else {
      if (present !== undefined && present.epoch >= hello.epoch) {
        throw new HeddleError("PROTOCOL", `client ${hello.clientId} has a later session already`);
      }
      // The same client is back before the loss of its old connection was noticed here: the later one counts.
      present?.link.close(new HeddleError("CANCELLED", "the client opened a later session"));
      session = new Session(this.#gateway, hello);
      this.#sessions.set(hello.clientId, session);
    }
    this.#bound = { session, bulk: hello.bulk };
    session.link.attach(this.#duplex, hello.bulk);
    session.greet(hello);
  }

  #closed(): void {
    clearTimeout(this.#greeting);
    const bound = this.#bound;
    if (bound === undefined) return;
    this.#bound = undefined;
    if (this.#sessions.get(bound.session.key) === bound.session) this.#sessions.delete(bound.session.key);
    bound.session.close();
    bound.session.link.close(undefined);
  }
}

function silent(waitedMs: number): HeddleError {
  return new HeddleError("PROTOCOL", `no Hello came within ${waitedMs} ms`);
}
