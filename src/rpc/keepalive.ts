/**
 * Finds out that the other end of a connection is silent: a ping now and then, and the end of the connection when no
 * answer comes.
 *
 * The library's own keepalive goes by the clock. A process that stood still (its machine was busy with others, it was
 * stopped, somebody looked at it with a debugger) then finds its timer run out before it has read the answer that lies
 * there, and cuts a connection on which nothing is wrong; what was under way on it has to be done again. Here time is
 * counted in looks, which are turns of the event loop: one that comes late counts once, and what has come meanwhile is
 * read before the next.
 */
import type { Http2Session } from "node:http2";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { ChannelKind } from "./channel.ts";
import { innermostCall } from "./innermost-call.ts";

/** Looks in the time that an answer may take. */
const looksPerAnswer = 4;

/** When to ask and how long to wait, in ms. */
export interface KeepaliveTimes {
  /** From an answer to the next ping. */
  readonly everyMs: number;
  /** From a ping to the end of the connection. */
  readonly answerMs: number;
}

/** The times for connections of a kind. */
export function keepaliveTimes(kind: ChannelKind): KeepaliveTimes {
  switch (kind) {
    case "fabric":
      return { everyMs: limits.keepaliveMs, answerMs: limits.keepaliveTimeoutMs };
    case "scheduler":
      return { everyMs: limits.keepaliveMs, answerMs: limits.schedulerSilentMs };
    case "client":
      return { everyMs: limits.clientKeepaliveMs, answerMs: limits.clientKeepaliveTimeoutMs };
    default:
      throw new HeddleError("INTERNAL", `no keepalive for ${String(kind satisfies never)}`);
  }
}

/** Cuts a connection when its other end is silent; `silent` is told before. Keeps no process running. */
export function keepAlive(
  session: Pick<Http2Session, "ping" | "once" | "destroy" | "destroyed">,
  { everyMs, answerMs }: KeepaliveTimes,
  silent: () => void = () => {},
): void {
  const lookMs = answerMs / looksPerAnswer;
  const looksPerPing = Math.max(1, Math.round(everyMs / lookMs));
  let state: "quiet" | "asked" = "quiet";
  let looks = 0;
  const answered = (): void => {
    state = "quiet";
    looks = 0;
  };
  const cut = (): void => {
    clearInterval(timer);
    silent();
    session.destroy();
  };
  const look = (): void => {
    if (session.destroyed) return;
    looks++;
    if (state === "quiet" && looks >= looksPerPing) {
      state = "asked";
      looks = 0;
      session.ping(answered);
    } else if (state === "asked" && looks > looksPerAnswer) {
      cut();
    }
  };
  const timer = setInterval(look, lookMs).unref();
  session.once("close", () => clearInterval(timer));
}

/** The same for the connection below a long-lived stream, once it has been answered. For channels with `ownKeepalive`. */
export function keepStreamAlive<Request, Response>(
  stream: ClientDuplexStream<Request, Response>,
  kind: ChannelKind,
): void {
  stream.once("metadata", () => {
    const session = innermostCall(stream)?.http2.session; // undefined: it has ended already
    if (session !== undefined) keepAlive(session, keepaliveTimes(kind));
  });
}
