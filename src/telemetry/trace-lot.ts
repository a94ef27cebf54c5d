/**
 * The decision about a new trace, made before anything of it. The SDK's sampler of a share of traces decides by the
 * trace id, so each call would make ids, attributes and a span to find out that 99 of 100 are not wanted. Here the lot is
 * drawn first, and a trace that is wanted gets an id that the sampler takes: one of those whose four words, xored, lie
 * below its bound. Every other process that samples by the same share finds the same of that trace.
 */
/** Bytes of a trace's id, and of a span's. */
const [traceIdBytes, spanIdBytes] = [16, 8];
const wordBytes = 4;
/** The largest word: the sampler's bound is its share of it. */
const wordMax = 0xffffffff;

/** Draws for one share of traces, and makes the ids of all. */
export class TraceLot {
  readonly #share: number;
  readonly #random: () => number;
  readonly #bytes = Buffer.alloc(traceIdBytes);
  #wanted = false;

  /** `share` lies between 0 and 1; `random` gives numbers like `Math.random`. */
  constructor(share: number, random: () => number) {
    this.#share = share;
    this.#random = random;
  }

  /** Whether to start a trace; if so its id, which is the next that is asked for, is one that is sampled. */
  draw(): boolean {
    this.#wanted = this.#random() < this.#share;
    return this.#wanted;
  }

  /** As the SDK asks for it: 32 hex digits. */
  readonly generateTraceId = (): string => {
    const bytes = this.#fill(traceIdBytes);
    if (this.#wanted) bytes.writeUInt32BE(this.#lastWord(bytes), traceIdBytes - wordBytes);
    this.#wanted = false;
    return bytes.toString("hex");
  };

  /** As the SDK asks for it: 16 hex digits. */
  readonly generateSpanId = (): string => this.#fill(spanIdBytes).toString("hex", 0, spanIdBytes);

  /** Random bytes, and not all of them zero. */
  #fill(count: number): Buffer {
    for (let at = 0; at < count; at += wordBytes) this.#bytes.writeUInt32BE(this.#word(wordMax) || 1, at);
    return this.#bytes;
  }

  #lastWord(bytes: Buffer): number {
    const others = bytes.readUInt32BE(0) ^ bytes.readUInt32BE(4) ^ bytes.readUInt32BE(8);
    return (others ^ this.#word(Math.floor(this.#share * wordMax))) >>> 0;
  }

  /** A number below the bound. */
  #word(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

/** The share of traces that OTEL_TRACES_SAMPLER asks for; undefined when it does not ask for a share. */
export function sampledShare(sampler: string | undefined, argument: string | undefined): number | undefined {
  if (sampler !== "parentbased_traceidratio" && sampler !== "traceidratio") return undefined;
  const share = Number(argument);
  return argument !== undefined && argument.trim() !== "" && share > 0 && share < 1 ? share : undefined;
}
