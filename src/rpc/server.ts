/** A gRPC server: bounds, address policy and a graceful stop. */
import { timingSafeEqual } from "node:crypto";
import { lstat, unlink } from "node:fs/promises";
import { Server, ServerCredentials, type Metadata } from "@grpc/grpc-js";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { heedLibraryLog, secretKey, type ChannelKind } from "./channel.ts";
import { destroySessions, onSession, widenWindows } from "./http2-sessions.ts";
import { keepAlive, keepaliveTimes } from "./keepalive.ts";
import { serveRawMethods } from "./raw-methods.ts";
import { clampTimeouts } from "./timeout-clamp.ts";

const loopback = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Where a server listens. */
export interface BindOptions {
  /** Host name or address. Default 127.0.0.1. */
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** Allow a host other than loopback although nothing is encrypted. */
  readonly insecure: boolean;
}

/** A server for peers inside the fabric or for clients. */
export function createRpcServer(kind: ChannelKind): Server {
  heedLibraryLog();
  const server = new Server({
    "grpc.enable_channelz": 0,
    "grpc.max_receive_message_length": limits.unaryMessageMaxBytes,
    "grpc.max_send_message_length": limits.unaryMessageMaxBytes,
  });
  kinds.set(server, kind);
  return server;
}

/** What each server was made for. */
const kinds = new WeakMap<Server, ChannelKind>();

/** Refuses an address that others can reach while nothing is encrypted, unless told otherwise. Throws BAD_REQUEST. */
export function checkBindPolicy(options: BindOptions): void {
  if (loopback.has(options.host) || options.insecure) return;
  throw new HeddleError(
    "BAD_REQUEST",
    `listening on ${options.host} would let anybody on the network call kernels; use 127.0.0.1, or --insecure if the network is private`,
  );
}

/** Binds and gives the port. Throws ADDRESS_IN_USE, BAD_REQUEST. */
export function bind(server: Server, options: BindOptions): Promise<number> {
  checkBindPolicy(options);
  return listen(server, `${options.host}:${options.port}`);
}

/**
 * Binds a Unix socket. The caller has the folder it lies in to itself: a socket that is there already was left by a
 * process that was killed, and is replaced.
 */
export async function bindUnix(server: Server, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined); // not there, or bind says what is wrong
  if (found?.isSocket() === true) await unlink(path);
  await listen(server, `unix:${path}`);
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) {
        clampTimeouts(server);
        widenWindows(server, limits.receiveWindowBytes);
        const times = keepaliveTimes(kinds.get(server) ?? "client");
        onSession(server, (session) => keepAlive(session, times));
        serveRawMethods(server);
        resolve(port);
        return;
      }
      const taken = error.message.includes("EADDRINUSE");
      const reason = taken ? "ADDRESS_IN_USE" : "BAD_REQUEST";
      const advice = taken
        ? "something else listens there; choose another port, or 0 for any free one"
        : error.message;
      reject(new HeddleError(reason, `cannot listen on ${address}: ${advice}`, { cause: error }));
    });
  });
}

/** Ends in order: no new calls, running ones may finish for `graceMs`, then all is cut. */
export function stopServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
      destroySessions(server);
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}

/** True when the metadata carries the fabric's secret; compares in constant time. */
export function hasSecret(metadata: Metadata, secret: string): boolean {
  const given = metadata.get(secretKey)[0];
  if (given === undefined) return false;
  const left = Buffer.from(String(given));
  const right = Buffer.from(secret);
  return left.length === right.length && timingSafeEqual(left, right);
}
