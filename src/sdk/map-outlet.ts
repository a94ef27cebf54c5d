/** The frames of a map on their way to the gateway: the same options on each, under the number the map has there. */
import { systemClock } from "../base/clock.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import type { MapSpan } from "../telemetry/spans.ts";
import { emptyBatch, noBytes, noSizes } from "../wire/frame.ts";
import { packRanges } from "./frame-builder.ts";
import type { Connection, Submission } from "./connection.ts";
import type { InputRange } from "./map-inputs.ts";
import type { ResolvedMap } from "./options.ts";
import type { CallableFunction } from "./schemas.ts";

export class MapOutlet {
  readonly #connection: Connection;
  readonly #function: CallableFunction;
  readonly #options: ResolvedMap;
  readonly #span: MapSpan | undefined;
  readonly #deadlineAt: number;
  /** The number it has on the connection; 0 before it was told. */
  #id = 0;
  /** The function's number in this submission; the table may have given it away when a later frame goes out. */
  #number = 0;
  /** The version it runs on, which the gateway says with the first outcomes; "" before. */
  #version = "";

  constructor(connection: Connection, fn: CallableFunction, options: ResolvedMap, span: MapSpan | undefined) {
    this.#connection = connection;
    this.#function = fn;
    this.#options = options;
    this.#span = span;
    this.#deadlineAt = options.deadlineMs === 0 ? Infinity : systemClock.now() + options.deadlineMs;
  }

  /** True when the connection knows of the map. */
  get known(): boolean {
    return this.#id !== 0;
  }

  /** Makes the map known to the connection, which submits it at once or when it is back. */
  enter(map: Submission): void {
    this.#id = this.#connection.add(map);
  }

  /** Starts a submission: everything that has not settled. */
  restart(id: number, link: FrameLink, ranges: readonly InputRange[], closed: boolean): void {
    this.#id = id;
    this.#number = this.#connection.functionNumber(link, this.#target());
    let first = 0;
    for (const { sizes, payloads } of packRanges(ranges)) {
      this.#frame(link, first, sizes, payloads, true);
      first += sizes.length;
    }
    if (first === 0 || closed) this.#frame(link, first, noSizes, noBytes, !closed);
    link.flush();
  }

  /** Sends further items. Without a link they wait for the next submission. */
  send(first: number, sizes: Uint32Array, payloads: Uint8Array): void {
    const { link } = this.#connection;
    if (this.known && link !== undefined) this.#frame(link, first, sizes, payloads, true);
  }

  /** Says that no more items come. */
  end(first: number): void {
    const { link } = this.#connection;
    if (!this.known || link === undefined) return;
    this.#frame(link, first, noSizes, noBytes, false);
    link.flush();
  }

  /** The map runs on that version, and stays there. */
  runsOn(digest: Uint8Array): void {
    this.#version ||= Buffer.from(digest).toString("hex");
  }

  /** Nothing new shall be started, or again: the consumer is slower than the fabric. */
  pause(paused: boolean): void {
    const { link } = this.#connection;
    if (!this.known || link === undefined) return;
    link.writer?.pause({ id: this.#id, paused });
    link.flush();
  }

  /** Takes everything back that has not settled. */
  cancel(): void {
    const { link } = this.#connection;
    if (!this.known || link === undefined) return;
    link.cancel({ id: this.#id, first: 0, count: 0 });
  }

  /** Nothing more is expected from the gateway. */
  close(): void {
    if (this.known) this.#connection.remove(this.#id);
  }

  /** By name at first; when the map is submitted again, the version it began with, whatever serves by then. */
  #target(): CallableFunction {
    const version = this.#version || this.#function.version;
    const again = this.#number !== 0 && version !== "";
    return again ? { ...this.#function, version, pinned: true } : this.#function;
  }

  #frame(link: FrameLink, first: number, sizes: Uint32Array, payloads: Uint8Array, open: boolean): void {
    const opening = first === 0;
    const { priority, attemptsMax, affinity, idempotencyKey } = this.#options;
    const left =
      this.#deadlineAt === Infinity ? 0 : Math.max(1, Math.ceil(this.#deadlineAt - systemClock.now()));
    link.sendBatch({
      ...emptyBatch,
      id: this.#id,
      function: this.#number,
      first,
      count: sizes.length,
      sizes,
      payloads,
      open,
      deadlineMs: opening ? left : 0,
      priority,
      attemptsMax,
      affinity,
      idempotencyKey,
      trace: opening && this.#span !== undefined ? this.#span.context() : noBytes,
    });
  }
}
