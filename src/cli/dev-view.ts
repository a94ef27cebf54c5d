/** What `heddle dev` shows: for people as lines, an error taken away once it is mended; for scripts as JSON. */
import { limits } from "../base/limits.ts";
import type { PlacedProblem } from "./code-frame.ts";
import type { Output } from "./output.ts";
import { printable } from "./printable.ts";

/** Something that happened. */
export type DevEvent =
  | { readonly event: "fabric"; readonly address: string; readonly http: string; readonly own: boolean }
  | { readonly event: "lost"; readonly message: string }
  | { readonly event: "found" }
  | {
      readonly event: "deployed";
      readonly kernel: string;
      readonly digest: string;
      readonly unchanged: boolean;
      readonly functions: readonly string[];
      readonly warnings: readonly string[];
      readonly buildMs: number;
      readonly deployMs: number;
      /** From the first sign of the save to the end of the deploy. */
      readonly sinceSaveMs: number;
      /** A command line that calls it. */
      readonly example: string;
    }
  | {
      readonly event: "error";
      readonly reason: string;
      readonly problems: readonly (PlacedProblem & { readonly frame: string })[];
    }
  | {
      readonly event: "call";
      readonly function: string;
      readonly node: string;
      readonly count: number;
      readonly number: number;
      readonly ms: number;
      readonly outcome: string;
      readonly reason: string;
    }
  | { readonly event: "log"; readonly function: string; readonly level: string; readonly text: string };

/** Where a terminal's lines can be taken back. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** Shows events one after the other. */
export class DevView {
  readonly #output: Output;
  readonly #screen: Screen;
  /** Rows of the error that was shown last, when nothing has come after it. */
  #errorRows = 0;
  #failing = false;
  #second = 0;
  #calls = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output, screen: Screen) {
    this.#output = output;
    this.#screen = screen;
  }

  show(event: DevEvent): void {
    if (event.event === "call" && !this.#admits()) return;
    if (this.#output.json) {
      const { event: kind, ...rest } = event;
      return this.#output.value({ event: kind, ...rest });
    }
    const replaces = event.event === "error" || event.event === "deployed";
    const fixed = event.event === "deployed" && this.#failing ? "fixed: " : "";
    const text = `${fixed}${textOf(event)}`;
    this.#output.line(replaces ? `${this.#clearing()}${text}` : text);
    this.#failing = event.event === "error" || (this.#failing && event.event !== "deployed");
    this.#errorRows = event.event === "error" ? this.#rowsOf(text) : 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Lets so many calls through in a second; tells afterwards how many more there were. */
  #admits(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#calls = 0;
    }
    this.#calls++;
    if (this.#calls <= limits.shownCallsMax) return true;
    this.#timer ??= setTimeout(() => this.#tellRest(), 1000 - (performance.now() % 1000)).unref();
    return false;
  }

  #tellRest(): void {
    this.#timer = undefined;
    const more = this.#calls - limits.shownCallsMax;
    if (this.#output.json) this.#output.value({ event: "more", calls: more });
    else this.#output.line(`          … and ${more.toLocaleString("en")} more in that second`);
    this.#errorRows = 0;
  }

  /** What takes the error away that was shown last. */
  #clearing(): string {
    if (this.#errorRows === 0 || !this.#screen.isTerminal) return "";
    // Up so many rows, and everything from there on is gone.
    return `\u001b[${this.#errorRows}A\u001b[0J`;
  }

  #rowsOf(text: string): number {
    const width = Math.max(1, this.#screen.columns);
    return text.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / width)), 0);
  }
}

function textOf(event: DevEvent): string {
  switch (event.event) {
    case "fabric": {
      const own = event.own ? `, a fabric of its own that ends with this; HTTP http://${event.http}` : "";
      return `fabric ${event.address}${own}`;
    }
    case "lost":
      return `the fabric is gone (${event.message}); waiting for it to come back`;
    case "found":
      return "the fabric is back";
    case "deployed":
      return deployedText(event);
    case "error":
      return event.problems.map(problemText).join("\n");
    case "call": {
      const again = event.number > 1 ? `, try ${event.number}` : "";
      const many = event.count > 1 ? ` × ${event.count}` : "";
      const why = event.reason === "" ? "" : ` ${event.reason}`;
      return `${clock()}  ${event.function}${many}  ${event.node}${again}  ${ms(event.ms)}  ${event.outcome}${why}`;
    }
    case "log":
      return `${clock()}  ${event.function}  ${event.level}  ${printable(event.text, "          ")}`;
    default:
      return event satisfies never;
  }
}

function deployedText(event: DevEvent & { readonly event: "deployed" }): string {
  const what = event.unchanged ? "unchanged" : "deployed";
  const times = `built in ${ms(event.buildMs)}, ${what} in ${ms(event.deployMs)}`;
  const head = `${clock()}  ${event.kernel} ${event.digest.slice(0, 12)}  ${times}: ${event.functions.join(", ")}`;
  const warnings = event.warnings.map((warning) => `\n${printable(warning)}`).join("");
  return `${head}${warnings}${event.example === "" ? "" : `\n          try: ${event.example}`}`;
}

function problemText({
  file,
  line,
  column,
  message,
  frame,
}: PlacedProblem & { readonly frame: string }): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const head = [place, message].filter((part) => part !== "").join("  ");
  return frame === "" ? `error  ${head}` : `error  ${head}\n${printable(frame, "")}`;
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value).toLocaleString("en")} ms`;
}

function clock(): string {
  return new Date().toLocaleTimeString("en-GB");
}
