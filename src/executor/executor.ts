/**
 * The Executor service: hands modules to other nodes, pairs the two streams of each scheduler, guards them with the fabric's secret and gives their
 * frames to a session.
 */
import type { Server, ServerDuplexStream } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { answererDuplex, type Duplex } from "../rpc/duplex.ts";
import { ModuleSender, wholeModule, type ModuleCall } from "../rpc/module-stream.ts";
import { hasSecret } from "../rpc/server.ts";
import { executorService } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import { readFirstHello } from "../wire/first-frame.ts";
import { SchedulerSession, type SessionNode } from "./scheduler-session.ts";

type RawServerStream = ServerDuplexStream<Buffer, Buffer>;

export class Executor {
  readonly #node: SessionNode;
  readonly #secret: string;
  readonly #sender: ModuleSender;
  readonly #sessions = new Map<string, SchedulerSession>();

  constructor(node: SessionNode, secret: string) {
    this.#node = node;
    this.#secret = secret;
    this.#sender = new ModuleSender(secret, async (digest) => {
      const bytes = await node.modules.bytes(digest);
      return bytes && wholeModule(bytes, undefined); // nodes do not go by what others found
    });
  }

  /** Adds the service to a server. */
  addTo(server: Server): void {
    server.addService(executorService, {
      Execute: (stream: RawServerStream) => {
        this.#accept(stream);
      },
      FetchModule: (call: ModuleCall) => this.#sender.serve(call),
    });
  }

  /** Tells every scheduler what the node takes now. */
  announceCredit(): void {
    for (const session of this.#sessions.values()) session.sendCredit();
  }

  /** Ends all streams in order, after what waits to be sent. */
  close(): void {
    for (const session of [...this.#sessions.values()]) session.link.finish(undefined);
  }

  #accept(stream: RawServerStream): void {
    if (!hasSecret(stream.metadata, this.#secret)) {
      const said = "Execute needs the fabric's secret in the metadata heddle-secret";
      stream.emit("error", toStatus(new HeddleError("BAD_SECRET", said)));
      return;
    }
    new IncomingStream(stream, this.#node, this.#sessions);
  }
}

/** One stream from its first message on: which scheduler's it is, and which of the two. */
class IncomingStream {
  readonly #node: SessionNode;
  readonly #sessions: Map<string, SchedulerSession>;
  readonly #duplex: Duplex;
  /** Ends a stream that never says who it is. */
  readonly #greeting: NodeJS.Timeout;
  #bound:
    { readonly session: SchedulerSession; readonly clientId: string; readonly bulk: boolean } | undefined;

  constructor(stream: RawServerStream, node: SessionNode, sessions: Map<string, SchedulerSession>) {
    this.#node = node;
    this.#sessions = sessions;
    this.#duplex = answererDuplex(stream, {
      message: (message) => this.#message(message),
      chunk: (id, bytes) => this.#bound?.session.link.receiveChunk(id, bytes, this.#bound.bulk),
      drained: () => this.#bound?.session.link.pump(),
      closed: () => this.#closed(),
    });
    this.#greeting = setTimeout(() => this.#duplex.close(silent()), limits.helloWaitMs);
  }

  #message(message: Buffer): void {
    if (this.#bound === undefined) this.#bind(message);
    else this.#bound.session.link.receive(message, this.#bound.bulk, "opener");
  }

  /** The first message holds the Hello and nothing else that could be lost. */
  #bind(message: Buffer): void {
    const hello = readFirstHello(message);
    clearTimeout(this.#greeting);
    let session = this.#sessions.get(hello.clientId);
    if (session === undefined) {
      if (hello.bulk) throw new HeddleError("PROTOCOL", "the bulk stream came before its small one");
      session = new SchedulerSession(this.#node);
      this.#sessions.set(hello.clientId, session);
    } else if (!hello.bulk) {
      throw new HeddleError("PROTOCOL", `scheduler ${hello.clientId} has a stream to this node already`);
    }
    this.#bound = { session, clientId: hello.clientId, bulk: hello.bulk };
    session.link.attach(this.#duplex, hello.bulk);
    session.greet(hello);
  }

  #closed(): void {
    clearTimeout(this.#greeting);
    const bound = this.#bound;
    if (bound === undefined) return;
    this.#bound = undefined;
    // Either stream gone is the link gone: half a link would strand large payloads.
    this.#sessions.delete(bound.clientId);
    bound.session.close();
    bound.session.link.close(undefined);
  }
}

function silent(): HeddleError {
  return new HeddleError("PROTOCOL", `no Hello came within ${limits.helloWaitMs} ms`);
}
