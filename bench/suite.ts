/** The life of a run: figure after figure, each with its processes, all of which end with it whatever happens. */
import { Unavailable, type Figure, type Outcome } from "./harness.ts";
import { budgetOf, planOf, type SuiteOptions } from "./options.ts";
import { forgetProcesses } from "./processes/process-names.ts";
import { beginProfiles } from "./processes/profiles-folder.ts";
import type { Result } from "./report/report.ts";

export class Suite {
  readonly #options: SuiteOptions;
  readonly #interrupted: AbortSignal;
  readonly #note: (text: string) => void;
  /** What figures of a quick run share. */
  #shared = createEndable();
  readonly #overAt: number;

  /** Ends what still runs, and skips what has not run, when the budget is used up. */
  constructor(
    options: SuiteOptions,
    interrupted: AbortSignal,
    note: (text: string) => void,
    budgetMs = budgetOf(options),
  ) {
    this.#options = options;
    this.#interrupted = interrupted;
    this.#note = note;
    this.#overAt = performance.now() + budgetMs;
    interrupted.addEventListener("abort", () => void this.end(), { once: true });
  }

  /** Measures a figure. Rejects only when the run is interrupted. */
  async measure(figure: Figure): Promise<Result> {
    forgetProcesses();
    if (this.#leftMs() < leastMs) return this.#skipped(figure, leftOut(figure));
    try {
      const outcome = this.#options.profile ? await this.#profiled(figure) : await this.#measured(figure);
      return { kind: "measured", figure, outcome };
    } catch (error) {
      await this.end();
      if (this.#interrupted.aborted) throw error;
      // Whatever went wrong, the next figure begins with processes of its own.
      this.#shared = createEndable();
      if (this.#leftMs() <= 0) return this.#skipped(figure, leftOut(figure));
      const why = messageOf(error);
      if (error instanceof Unavailable) return this.#skipped(figure, why);
      this.#note(`bench: ${figure.name} could not be measured: ${why}`);
      return { kind: "failed", figure, why };
    }
  }

  #leftMs(): number {
    return this.#overAt - performance.now();
  }

  #skipped(figure: Figure, why: string): Result {
    this.#note(`bench: SKIPPED ${figure.name}: ${why}`);
    return { kind: "skipped", figure, why };
  }

  /** Ends what figures have shared. */
  end(): Promise<void> {
    return this.#shared.end();
  }

  async #measured(figure: Figure): Promise<Outcome> {
    this.#interrupted.throwIfAborted();
    const { quick, profile } = this.#options;
    const { scope, end } = createEndable();
    // Ending the processes fails the round that runs, and with it the figure.
    this.#interrupted.addEventListener("abort", end, { once: true });
    const timer = this.#overAt === Infinity ? undefined : setTimeout(() => void end(), this.#leftMs());
    try {
      return await figure.run({
        plan: planOf(this.#options),
        scope,
        shared: quick && !profile ? this.#shared.scope : scope,
        note: (text) => this.#note(`${figure.name}: ${text}`),
      });
    } finally {
      clearTimeout(timer);
      this.#interrupted.removeEventListener("abort", end);
      await end();
    }
  }

  /** A profile is written when its process ends, so that a figure's are there when its scope has gone. */
  async #profiled(figure: Figure): Promise<Outcome> {
    const end = await beginProfiles(figure.name);
    const outcome = await this.#measured(figure);
    const { folder, summary } = await end();
    this.#note(`\n${summary}\nbench: the profiles are in ${folder}`);
    return outcome;
  }
}

/** Less is too little to start processes. */
const leastMs = 4_000;

function leftOut({ name }: Figure): string {
  return `the two minutes of a quick run are too short for all on this machine: npm run bench -- --quick --only ${name}`;
}

/** A scope whose end may be asked for twice: the second one waits as well. */
function createEndable(): { readonly scope: AsyncDisposableStack; end(): Promise<void> } {
  const scope = new AsyncDisposableStack();
  let ending: Promise<void> | undefined;
  return { scope, end: () => (ending ??= scope.disposeAsync()) };
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
