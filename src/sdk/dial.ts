/**
 * Opens a session at a gateway's address. A gateway on the same machine says in its welcome where its Unix socket is,
 * which costs either end half of what TCP does; if the socket is there and is ours alone, another session is opened by
 * it, and the first one is given up when the gateway behind it turns out to be the same. In every other case, and when
 * that takes too long, the first session stays: two containers may share an address but no files, or files but no
 * address, and a relay that somebody has put between the two is not to be gone around.
 *
 * Large payloads stay with TCP: see `bulkAddress` in gateway/node-link.ts.
 */
import { limits } from "../base/limits.ts";
import { checkPeerVersion } from "../base/version.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import { openSession, type SessionEvents, type SessionStreams } from "../rpc/session-streams.ts";
import type { HelloFrame, WelcomeFrame } from "../wire/frame.ts";
import { isOwnSocket, socketOffered } from "./local-socket.ts";

/** A session that is being opened or is open. */
export interface DialledSession {
  /** The streams to use once the welcome was told. */
  readonly link: FrameLink;
  /** Ends it; `closed` is still told. */
  close(): void;
}

/** Opens it; `welcome` is told once, when it is known which way the frames go, after `localDialMs` at the latest. */
export function dialSession(
  address: string,
  hello: HelloFrame,
  events: SessionEvents,
  localDialMs: number = limits.localDialMs,
): DialledSession {
  return new Dial(address, hello, events, localDialMs);
}

class Dial implements DialledSession {
  readonly #address: string;
  readonly #hello: HelloFrame;
  readonly #events: SessionEvents;
  readonly #localDialMs: number;
  /** The session that is kept unless the other turns out well. */
  #streams: SessionStreams;
  /** The one by the Unix socket, as long as it is not known whether it does. */
  #trial: SessionStreams | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: "dialling" | "settled" | "closed" = "dialling";

  constructor(address: string, hello: HelloFrame, events: SessionEvents, localDialMs: number) {
    this.#address = address;
    this.#hello = hello;
    this.#events = events;
    this.#localDialMs = localDialMs;
    this.#streams = openSession(address, hello, {
      ...events,
      welcome: (frame) => this.#welcomed(frame),
      closed: (error) => {
        if (this.#state === "closed" || this.#streams !== first) return;
        this.#state = "closed";
        this.#endTrial();
        events.closed(error);
      },
    });
    const first = this.#streams;
  }

  get link(): FrameLink {
    return this.#streams.link;
  }

  close(): void {
    this.#streams.close();
  }

  #welcomed(welcome: WelcomeFrame): void {
    checkPeerVersion(welcome.version, `gateway ${this.#address}`);
    const path = socketOffered(this.#address, welcome);
    if (path === undefined) this.#settle(welcome);
    else void this.#try(path, welcome);
  }

  /** Looks at the socket, and opens a session by it. */
  async #try(path: string, welcome: WelcomeFrame): Promise<void> {
    const own = await isOwnSocket(path);
    if (this.#state !== "dialling") return;
    if (!own) return this.#settle(welcome);
    this.#timer = setTimeout(() => this.#stay(welcome), this.#localDialMs);
    // A client of its own to the gateway, so that the first session lives on until this one is known to be good.
    const hello = { ...this.#hello, clientId: `${this.#hello.clientId}-local` };
    const trial = openSession(`unix:${path}`, hello, {
      ...this.#events,
      welcome: (frame) => {
        if (this.#trial !== trial) return;
        if (frame.id === welcome.id && frame.incarnation === welcome.incarnation) this.#move(trial, frame);
        else this.#stay(welcome);
      },
      closed: (error) => {
        if (this.#trial === trial) this.#stay(welcome);
        else if (this.#streams === trial && this.#state === "settled") {
          this.#state = "closed";
          this.#events.closed(error);
        }
      },
    });
    this.#trial = trial;
  }

  #move(trial: SessionStreams, welcome: WelcomeFrame): void {
    const first = this.#streams;
    this.#streams = trial;
    this.#trial = undefined;
    first.close();
    this.#settle(welcome);
  }

  #stay(welcome: WelcomeFrame): void {
    this.#endTrial();
    if (this.#state === "dialling") this.#settle(welcome);
  }

  #endTrial(): void {
    const trial = this.#trial;
    this.#trial = undefined;
    clearTimeout(this.#timer);
    trial?.close();
  }

  #settle(welcome: WelcomeFrame): void {
    clearTimeout(this.#timer);
    this.#state = "settled";
    this.#streams.openBulk(this.#address);
    this.#events.welcome(welcome);
  }
}
