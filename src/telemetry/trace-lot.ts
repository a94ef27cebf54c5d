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
  /** Traces that are passed over before the next one that is wanted. */
  #left: number;

  /** `share` lies between 0 and 1, both included; `random` gives numbers like `Math.random`. */
  constructor(share: number, random: () => number) {
    this.#share = share;
    this.#random = random;
    this.#left = this.#passedOver();
  }

  /**
   * Whether to start a trace; if so its id, which is the next that is asked for, is one that is sampled. Drawn is how
   * many traces are passed over until one is wanted, which is the same as to draw for each, and less work.
   */
  draw(): boolean {
    this.#wanted = --this.#left < 0;
    if (this.#wanted) this.#left = this.#passedOver();
    return this.#wanted;
  }

  /** Traces between two that are wanted: so many that none of them is, each with the chance of `1 - share`. */
  #passedOver(): number {
    if (this.#share >= 1) return 0;
    return Math.floor(Math.log(1 - this.#random()) / Math.log1p(-this.#share));
  }

  /** Writes the id of a trace to the first 16 bytes. */
  fillTraceId(bytes: Uint8Array): void {
    const others = this.#word(bytes, 0) ^ this.#word(bytes, 4) ^ this.#word(bytes, 8);
    if (this.#wanted) put(bytes, 12, others ^ this.#below(Math.floor(this.#share * wordMax)));
    else this.#word(bytes, 12);
    this.#wanted = false;
  }

  /** Writes the id of a span to 8 bytes. */
  fillSpanId(bytes: Uint8Array, at: number): void {
    this.#word(bytes, at);
    this.#word(bytes, at + wordBytes);
  }

  /** As the SDK asks for it: 32 hex digits. */
  readonly generateTraceId = (): string => {
    this.fillTraceId(this.#bytes);
    return this.#bytes.toString("hex");
  };

  /** As the SDK asks for it: 16 hex digits. */
  readonly generateSpanId = (): string => {
    this.fillSpanId(this.#bytes, 0);
    return this.#bytes.toString("hex", 0, spanIdBytes);
  };

  /** Writes four random bytes that are not all zero. */
  #word(bytes: Uint8Array, at: number): number {
    const word = this.#below(wordMax) || 1;
    put(bytes, at, word);
    return word;
  }

  /** A number below the bound. */
  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

/** Writes a word, most significant byte first. */
function put(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** The share of traces that OTEL_TRACES_SAMPLER asks for; undefined when it does not ask for a share. */
export function sampledShare(sampler: string | undefined, argument: string | undefined): number | undefined {
  if (sampler !== "parentbased_traceidratio" && sampler !== "traceidratio") return undefined;
  const share = Number(argument);
  return argument !== undefined && argument.trim() !== "" && share > 0 && share < 1 ? share : undefined;
}
