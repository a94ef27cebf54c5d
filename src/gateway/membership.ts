/**
 * The nodes: who has registered, whether the link to its executor is up, and what it last said. A registration is the
 * node's own stream; the link is the scheduler's. A node is `ready` while it has both.
 */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { nodeId, type KernelDigest } from "../base/ids.ts";
import { systemRandom } from "../base/random.ts";
import { limits } from "../base/limits.ts";
import type { Heartbeat__Output as Heartbeat } from "../rpc/generated/heddle/v1/Heartbeat.ts";
import type { Node } from "../rpc/generated/heddle/v1/Node.ts";
import type { NodeFacts__Output as NodeFacts } from "../rpc/generated/heddle/v1/NodeFacts.ts";
import { NodeState } from "../rpc/generated/heddle/v1/NodeState.ts";
import type { Engine } from "./engine.ts";
import type { LogBook } from "./log-book.ts";
import { intakeLine } from "./log-intake.ts";
import { choosePeers, type PeerCandidate } from "./module-peers.ts";
import { NodeLink, type NodeLinkEvents } from "./node-link.ts";
import type { FunctionRecord } from "./records.ts";
import type { Watchers } from "./watchers.ts";

/** The stream a node registered with. */
export interface RegistrationStream {
  /** Ends it; the node sees the error. */
  close(error: HeddleError): void;
}

type MemberState =
  | { readonly kind: "joining"; readonly link: NodeLink; readonly stream: RegistrationStream }
  | { readonly kind: "ready" | "draining"; readonly link: NodeLink; readonly stream: RegistrationStream }
  | { readonly kind: "redialling"; readonly timer: NodeJS.Timeout; readonly stream: RegistrationStream }
  | { readonly kind: "lost" | "left" };

interface Member {
  readonly facts: NodeFacts;
  state: MemberState;
  sinceMs: number;
  why: string;
  heartbeat: Heartbeat | null;
  /** When it was last heard of, by the system clock of the process: the time of day may be set meanwhile. */
  heardAt: number;
  dials: number;
}

export interface MembershipOptions {
  readonly schedulerId: string;
  readonly secret: string;
  readonly engine: Engine;
  readonly watchers: Watchers;
  /** Where lines of kernels go. */
  readonly logs: LogBook;
  /** A node has a function's module compiled. */
  prepared(node: string, fn: FunctionRecord): void;
  /** A node no longer takes work. */
  gone(node: string): void;
}

/** What the scheduler's load on a node is, for `heddle nodes`. */
export type LoadOf = (node: string) => { readonly attempts: number; readonly queueMs: number };

const states: Readonly<Record<MemberState["kind"], NodeState>> = {
  joining: NodeState.NODE_STATE_JOINING,
  redialling: NodeState.NODE_STATE_JOINING,
  ready: NodeState.NODE_STATE_READY,
  draining: NodeState.NODE_STATE_DRAINING,
  lost: NodeState.NODE_STATE_LOST,
  left: NodeState.NODE_STATE_LEFT,
};

export class Membership {
  readonly #options: MembershipOptions;
  readonly #members = new Map<string, Member>();
  readonly #linkEvents: NodeLinkEvents;
  #dialCount = 0;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#linkEvents = {
      up: (link) => this.#up(link),
      credit: (link, credit) => {
        const { node, incarnation } = link;
        options.engine.post({ kind: "nodeCredit", node, incarnation, ...credit });
        if (credit.draining) this.#draining(link);
      },
      result: (link, frame) => options.engine.result(link, frame),
      log: (link, frame) => intakeLine(options.logs, options.engine.attemptOn(link, frame.id), frame),
      ready: (link, fn) => options.prepared(link.node, fn),
      down: (link, error) => this.#down(link, error),
    };
  }

  /** A node has said its facts. Throws BAD_REQUEST when its id is taken by a later boot. */
  register(facts: NodeFacts, stream: RegistrationStream): void {
    const known = this.#members.get(facts.id);
    if (known !== undefined && "stream" in known.state) {
      if (known.facts.incarnation > facts.incarnation) {
        const other = `process ${known.facts.pid} at ${known.facts.address}`;
        throw new HeddleError(
          "BAD_REQUEST",
          `node id "${facts.id}" is in use by ${other}, which started later; give each node a data folder of its own`,
        );
      }
      const said = `node id "${facts.id}" was taken over by process ${facts.pid}, which started later`;
      this.#end(known, "lost", new HeddleError("BAD_REQUEST", said));
    }
    if (known === undefined && this.#members.size >= limits.nodesMax) this.#forgetOldest();
    const member: Member = {
      facts,
      state: { kind: "lost" },
      sinceMs: Date.now(),
      why: "",
      heartbeat: null,
      heardAt: systemClock.now(),
      dials: 0,
    };
    this.#members.set(facts.id, member);
    this.#dial(member, stream);
  }

  heartbeat(id: string, incarnation: number, heartbeat: Heartbeat): void {
    const member = this.#members.get(id);
    if (member === undefined || member.facts.incarnation !== incarnation) return;
    member.heartbeat = heartbeat;
    member.heardAt = systemClock.now();
    this.#options.watchers.heartbeat(describe(member));
    if (member.state.kind !== "ready" && member.state.kind !== "draining") return;
    this.#options.engine.post({ kind: "nodeAlive", node: nodeId(id), incarnation });
  }

  /** The node goes in order: it gets nothing new and is not missed when its streams close. */
  leaving(id: string, incarnation: number, why: string): void {
    const member = this.#members.get(id);
    if (member === undefined || member.facts.incarnation !== incarnation) return;
    const { state } = member;
    if (state.kind === "ready") {
      this.#options.engine.post({ kind: "nodeDraining", node: nodeId(id), incarnation });
      this.#set(member, { ...state, kind: "draining" }, why);
    } else if (state.kind === "draining" || state.kind === "left") {
      this.#set(member, state, why); // its link has told already that it drains or has ended, but not why
    }
  }

  /** The registration stream is over. */
  unregistered(id: string, incarnation: number, stream: RegistrationStream): void {
    const member = this.#members.get(id);
    if (member === undefined || member.facts.incarnation !== incarnation) return;
    if (!("stream" in member.state) || member.state.stream !== stream) return;
    const inOrder = member.state.kind === "draining";
    this.#lost(member, inOrder ? "left" : "lost", inOrder ? member.why : "its registration stream closed");
  }

  /** The core heard nothing of the node for a lease. */
  gone(link: NodeLink): void {
    const member = this.#memberOf(link);
    if (member === undefined) return;
    this.#end(member, "lost", new HeddleError("NODE_LOST", `silent for ${limits.leaseMs} ms`));
  }

  /** Links that take work. */
  links(): NodeLink[] {
    const links: NodeLink[] = [];
    for (const { state } of this.#members.values()) if (state.kind === "ready") links.push(state.link);
    return links;
  }

  list(loadOf: LoadOf): Node[] {
    const members = [...this.#members.values()].toSorted((left, right) =>
      left.facts.id < right.facts.id ? -1 : 1,
    );
    return members.map((member) => ({ ...describe(member), ...loadOf(member.facts.id) }));
  }

  stop(): void {
    const error = new HeddleError("GATEWAY_STOPPING", "the scheduler is shutting down");
    for (const member of this.#members.values()) this.#end(member, "left", error);
  }

  #dial(member: Member, stream: RegistrationStream): void {
    const { facts } = member;
    const address = facts.unixAddress === "" ? facts.address : `unix:${facts.unixAddress}`;
    const link = new NodeLink({
      node: nodeId(facts.id),
      incarnation: facts.incarnation,
      workers: facts.workers,
      address,
      bulkAddress: facts.address === "" ? address : facts.address,
      secret: this.#options.secret,
      clientId: `${this.#options.schedulerId}.${++this.#dialCount}`,
      events: this.#linkEvents,
      peers: (asking, digest) => this.#peers(asking, facts, digest),
    });
    this.#set(member, { kind: "joining", link, stream }, "dialling its executor");
    link.dial();
    // A frozen process takes connections and never answers: gRPC would wait for it far longer than its lease.
    const silentMs = systemClock.now() - member.heardAt;
    const waitMs = Math.max(limits.heartbeatMs, limits.leaseMs - silentMs);
    setTimeout(() => {
      if (member.state.kind === "joining" && member.state.link === link) link.close();
    }, waitMs).unref();
  }

  #peers(asking: NodeLink, facts: NodeFacts, digest: KernelDigest): string[] {
    const candidates: PeerCandidate[] = [];
    for (const { state, facts: peer } of this.#members.values()) {
      const stage = state.kind === "ready" && state.link !== asking ? state.link.stageOf(digest) : undefined;
      if (stage !== undefined) candidates.push({ ...peer, stage });
    }
    return choosePeers(facts, candidates, systemRandom);
  }

  #up(link: NodeLink): void {
    const member = this.#memberOf(link);
    if (member?.state.kind !== "joining") return;
    member.dials = 0;
    this.#set(member, { ...member.state, kind: "ready" }, "");
    this.#options.engine.join(link, member.facts.zone);
  }

  #draining(link: NodeLink): void {
    const member = this.#memberOf(link);
    if (member?.state.kind !== "ready") return;
    const { node, incarnation } = link;
    this.#options.engine.post({ kind: "nodeDraining", node, incarnation });
    this.#set(member, { ...member.state, kind: "draining" }, "the node drains");
  }

  /** The link fell although the registration stands: dial again, later each time. */
  #down(link: NodeLink, error: HeddleError): void {
    const member = this.#memberOf(link);
    if (member === undefined) return;
    const { state } = member;
    if (state.kind !== "joining" && state.kind !== "ready" && state.kind !== "draining") return;
    if (state.kind === "draining") {
      // It was on its way out and has nothing left that could be reached; nobody dials it again.
      this.#options.engine.leave(link, "closed");
      this.#lost(member, "left", member.why);
      return;
    }
    if (systemClock.now() - member.heardAt >= limits.leaseMs) {
      // The core keeps the leases of nodes that take work; one that is dialled in vain is its owner's to give up.
      this.#end(member, "lost", new HeddleError("NODE_LOST", `silent for ${limits.leaseMs} ms`));
      return;
    }
    const { stream } = state;
    this.#options.engine.leave(link, "closed");
    this.#options.gone(link.node);
    const wait = Math.min(limits.reconnectMaxMs, limits.reconnectBaseMs * 2 ** member.dials++);
    const timer = setTimeout(() => this.#dial(member, stream), wait);
    this.#set(member, { kind: "redialling", timer, stream }, error.rawMessage);
  }

  /** Ends a member from this side; its stream comes last, since closing it tells that the registration is over. */
  #end(member: Member, kind: "lost" | "left", error: HeddleError): void {
    const { state } = member;
    this.#lost(member, kind, error.rawMessage);
    if ("stream" in state) state.stream.close(error);
  }

  #lost(member: Member, kind: "lost" | "left", why: string): void {
    const { state } = member;
    if (state.kind === "lost" || state.kind === "left") return;
    this.#set(member, { kind }, why);
    this.#options.gone(member.facts.id);
    if (state.kind === "redialling") clearTimeout(state.timer);
    if ("link" in state) {
      this.#options.engine.leave(state.link, kind === "left" ? "left" : "closed");
      state.link.close();
    }
  }

  #memberOf(link: NodeLink): Member | undefined {
    const member = this.#members.get(link.node);
    if (member === undefined) return undefined;
    return "link" in member.state && member.state.link === link ? member : undefined;
  }

  #set(member: Member, state: MemberState, why: string): void {
    member.state = state;
    member.why = why;
    member.sinceMs = Date.now();
    this.#options.watchers.node(describe(member));
  }

  /** Makes room: the one that has been gone longest, if any has. */
  #forgetOldest(): void {
    const gone = [...this.#members.values()].filter(
      ({ state }) => state.kind === "lost" || state.kind === "left",
    );
    const oldest = gone.toSorted((left, right) => left.sinceMs - right.sinceMs)[0];
    if (oldest === undefined) {
      throw new HeddleError("BAD_REQUEST", `the fabric has ${limits.nodesMax} nodes already`);
    }
    this.#members.delete(oldest.facts.id);
  }
}

function describe(member: Member): Node {
  const { facts, state, sinceMs, why, heartbeat } = member;
  return { facts, state: states[state.kind], sinceMs, why, heartbeat };
}
