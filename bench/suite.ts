/** The life of a run: figure after figure, each with its processes, all of which end with it whatever happens. */
import { Unavailable, type Figure, type Outcome } from "./harness.ts";
import { planOf, type SuiteOptions } from "./options.ts";
import { forgetProcesses } from "./processes.ts";
import { beginProfiles, nameProfiles } from "./profiles-folder.ts";
import type { Result } from "./report.ts";

export class Suite {
  readonly #options: SuiteOptions;
  readonly #interrupted: AbortSignal;
  readonly #note: (text: string) => void;
  /** What figures of a quick run share. */
  #shared = createEndable();

  constructor(options: SuiteOptions, interrupted: AbortSignal, note: (text: string) => void) {
    this.#options = options;
    this.#interrupted = interrupted;
    this.#note = note;
    interrupted.addEventListener("abort", () => void this.end(), { once: true });
  }

  /** Measures a figure. Rejects only when the run is interrupted. */
  async measure(figure: Figure): Promise<Result> {
    forgetProcesses();
    try {
      const outcome = this.#options.profile ? await this.#profiled(figure) : await this.#measured(figure);
      return { kind: "measured", figure, outcome };
    } catch (error) {
      await this.end();
      if (this.#interrupted.aborted) throw error;
      // Whatever went wrong, the next figure begins with processes of its own.
      this.#shared = createEndable();
      const why = messageOf(error);
      const isSkipped = error instanceof Unavailable;
      const said = isSkipped ? `SKIPPED ${figure.name}` : `${figure.name} could not be measured`;
      this.#note(`bench: ${said}: ${why}`);
      return { kind: isSkipped ? "skipped" : "failed", figure, why };
    }
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
    try {
      return await figure.run({
        plan: planOf(this.#options),
        scope,
        shared: quick && !profile ? this.#shared.scope : scope,
        note: (text) => this.#note(`${figure.name}: ${text}`),
      });
    } finally {
      this.#interrupted.removeEventListener("abort", end);
      await end();
    }
  }

  /** A profile is written when its process ends, so that a figure's are there when its scope has gone. */
  async #profiled(figure: Figure): Promise<Outcome> {
    const folder = await beginProfiles(figure.name);
    const outcome = await this.#measured(figure);
    this.#note(`\n${await nameProfiles(folder)}\nbench: the profiles are in ${folder}`);
    return outcome;
  }
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
