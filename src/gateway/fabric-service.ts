/** Fabric: unary calls, and the streams of sessions. */
import type { sendUnaryData, Server, ServerDuplexStream, ServerUnaryCall } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { answererDuplex, type Duplex } from "../rpc/duplex.ts";
import { isLoopback } from "../rpc/loopback.ts";
import type { InvokeRequest__Output as InvokeRequest } from "../rpc/generated/heddle/v1/InvokeRequest.ts";
import type { InvokeResponse } from "../rpc/generated/heddle/v1/InvokeResponse.ts";
import { fabricService } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import { traceContextOf } from "../rpc/trace-metadata.ts";
import { readFirstHello } from "../wire/first-frame.ts";
import { timeLeftMs } from "../rpc/time-left.ts";
import { Session, type SessionGateway } from "./session.ts";
import type { CallAnswer } from "./single-call.ts";
import { SingleCalls } from "./single-calls.ts";

type RawServerStream = ServerDuplexStream<Buffer, Buffer>;
/** What a unary answer holds beside its stats. */
const unaryPayloadMaxBytes = limits.unaryMessageMaxBytes - 16 * 1024;

type InvokeCall = ServerUnaryCall<InvokeRequest, InvokeResponse>;

export class FabricService {
  readonly #gateway: SessionGateway;
  readonly #calls: SingleCalls;
  readonly #helloWaitMs: number;
  readonly #sessions = new Map<string, Session>();

  /** `helloWaitMs` bounds the time of a stream that has not said whose it is. */
  constructor(gateway: SessionGateway, helloWaitMs: number = limits.helloWaitMs) {
    this.#gateway = gateway;
    this.#calls = new SingleCalls(gateway.engine);
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
      const single = this.#calls.start(
        {
          function: this.#gateway.registry.resolve(kernel, fn, request.digest),
          payload: request.payload,
          deadlineMs: timeLeftMs(call.getDeadline()),
          priority: request.priority,
          attemptsMax: request.attemptsMax,
          affinity: request.affinity,
          idempotencyKey: request.idempotencyKey,
          trace: traceContextOf(call.metadata),
          caller: `unary ${call.getPeer()}`,
          responseMaxBytes: unaryPayloadMaxBytes,
        },
        invokeAnswer(answer),
      );
      call.on("cancelled", () => single.cancel());
    } catch (error) {
      answer(toStatus(error));
    }
  }
}

function invokeAnswer(answer: sendUnaryData<InvokeResponse>): CallAnswer {
  return {
    succeeded(payload, { node, attempt: attempts, queuedMs, coldMs, runMs, earlier }, position) {
      const stats = { node, attempts, queuedMs, coldMs, runMs: runMs[position] ?? 0, earlier: [...earlier] };
      answer(null, { payload, stats });
    },
    failed: (error) => answer(toStatus(error)),
  };
}

/** One stream of a client from its first message on. */
class IncomingSession {
  readonly #gateway: SessionGateway;
  readonly #sessions: Map<string, Session>;
  /** The client is on this machine, and came by TCP. */
  readonly #near: boolean;
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
    this.#near = isLoopback(stream.getPeer());
    this.#duplex = answererDuplex(stream, {
      message: (message) => this.#message(message),
      chunk: (id, bytes) => this.#bound?.session.link.receiveChunk(id, bytes, this.#bound.bulk),
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
    session.greet(hello, this.#near);
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
