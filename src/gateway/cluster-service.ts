/** Cluster: nodes register, people list and watch. */
import type { sendUnaryData, Server, ServerDuplexStream, ServerWritableStream } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { checkPeerVersion, version } from "../base/version.ts";
import type { ListNodesResponse } from "../rpc/generated/heddle/v1/ListNodesResponse.ts";
import type { NodeFacts__Output as NodeFacts } from "../rpc/generated/heddle/v1/NodeFacts.ts";
import type { RegisterRequest__Output as RegisterRequest } from "../rpc/generated/heddle/v1/RegisterRequest.ts";
import type { RegisterResponse } from "../rpc/generated/heddle/v1/RegisterResponse.ts";
import type { WatchRequest__Output as WatchRequest } from "../rpc/generated/heddle/v1/WatchRequest.ts";
import type { WatchResponse } from "../rpc/generated/heddle/v1/WatchResponse.ts";
import { hasSecret } from "../rpc/server.ts";
import { heddle } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import type { LoadOf, Membership, RegistrationStream } from "./membership.ts";
import type { Watcher, Watchers } from "./watchers.ts";

type RegisterCall = ServerDuplexStream<RegisterRequest, RegisterResponse>;
type WatchCall = ServerWritableStream<WatchRequest, WatchResponse>;

export interface ClusterServiceOptions {
  readonly membership: Membership;
  readonly watchers: Watchers;
  readonly secret: string;
  readonly loadOf: LoadOf;
}

export class ClusterService {
  readonly #options: ClusterServiceOptions;
  readonly #watches = new Set<WatchCall>();

  constructor(options: ClusterServiceOptions) {
    this.#options = options;
  }

  addTo(server: Server): void {
    server.addService(heddle.Cluster.service, {
      Register: (call: RegisterCall) => this.#register(call),
      ListNodes: (_call: unknown, answer: sendUnaryData<ListNodesResponse>) => {
        answer(null, { nodes: this.#options.membership.list(this.#options.loadOf) });
      },
      Watch: (call: WatchCall) => this.#watch(call),
    });
  }

  close(): void {
    for (const call of this.#watches) call.end();
  }

  #register(call: RegisterCall): void {
    if (!hasSecret(call.metadata, this.#options.secret)) {
      const said = "Register needs the fabric's secret in the metadata heddle-secret";
      call.emit("error", toStatus(new HeddleError("BAD_SECRET", said)));
      return;
    }
    new IncomingNode(call, this.#options.membership);
  }

  #watch(call: WatchCall): void {
    const { watchers, membership, loadOf } = this.#options;
    const watcher: Watcher = {
      attempts: call.request.attempts,
      load: call.request.load,
      functions: new Set(call.request.functions),
      send: (told) => {
        const { node } = told;
        const response = node?.facts ? { node: { ...node, ...loadOf(node.facts.id ?? "") } } : told;
        // One who does not read is cut off rather than buffered for without bound.
        if (!call.write(response) && call.writableLength > limits.watchBacklogMax) {
          call.emit(
            "error",
            toStatus(new HeddleError("WATCH_BEHIND", "the watch was not read; start it again")),
          );
        }
      },
    };
    const end = (): void => {
      watchers.remove(watcher);
      this.#watches.delete(call);
    };
    call.on("cancelled", end);
    call.on("error", end);
    call.on("close", end);
    this.#watches.add(call);
    for (const node of membership.list(loadOf)) watcher.send({ node });
    watcher.send({ synced: {} });
    watchers.add(watcher);
  }
}

/** The registration stream of one node. */
class IncomingNode implements RegistrationStream {
  readonly #call: RegisterCall;
  readonly #membership: Membership;
  #facts: NodeFacts | undefined;
  #state: "open" | "closed" = "open";

  constructor(call: RegisterCall, membership: Membership) {
    this.#call = call;
    this.#membership = membership;
    call.on("data", (request: RegisterRequest) => this.#receive(request));
    call.on("end", () => {
      this.#over();
      call.end();
    });
    call.on("cancelled", () => this.#over());
    call.on("error", () => this.#over());
  }

  close(error: HeddleError): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#call.emit("error", toStatus(error));
  }

  #receive(request: RegisterRequest): void {
    if (this.#state === "closed") return;
    try {
      if (request.facts) this.#register(request.facts);
      else if (this.#facts === undefined)
        throw new HeddleError("PROTOCOL", "the first message of a Register must be its facts");
      else if (request.heartbeat)
        this.#membership.heartbeat(this.#facts.id, this.#facts.incarnation, request.heartbeat);
      else if (request.leaving)
        this.#membership.leaving(this.#facts.id, this.#facts.incarnation, request.leaving.why);
    } catch (error) {
      this.#over();
      this.close(HeddleError.from(error));
    }
  }

  #register(facts: NodeFacts): void {
    if (this.#facts !== undefined)
      throw new HeddleError("PROTOCOL", "a second set of facts on one registration");
    checkFacts(facts);
    checkPeerVersion(facts.version, `node ${facts.id}`);
    this.#facts = facts;
    this.#membership.register(facts, this);
    this.#call.write({ accepted: { leaseMs: limits.leaseMs, heartbeatMs: limits.heartbeatMs, version } });
  }

  #over(): void {
    if (this.#facts !== undefined)
      this.#membership.unregistered(this.#facts.id, this.#facts.incarnation, this);
  }
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

function checkFacts(facts: NodeFacts): void {
  if (!idPattern.test(facts.id)) {
    throw new HeddleError(
      "BAD_REQUEST",
      `node id ${JSON.stringify(facts.id)} must have 1 to 64 letters, digits, _, . or -`,
    );
  }
  if (facts.address === "" && facts.unixAddress === "") {
    throw new HeddleError("BAD_REQUEST", `node ${facts.id} says no address`);
  }
  if (facts.workers < 1)
    throw new HeddleError("BAD_REQUEST", `node ${facts.id} has ${facts.workers} workers`);
}
