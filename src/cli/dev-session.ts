/**
 * `heddle dev` while it runs: a save leads to a build, a build to a deploy, one after the other; a save in the meantime
 * is found out afterwards. Calls and logs of the kernel are shown as they come.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { readKernelSchema } from "../wire/schema.ts";
import type { BuildOutcome } from "../compiler/build-messages.ts";
import { Builder } from "../compiler/builder.ts";
import { codeFrame, problemsOf } from "./code-frame.ts";
import type { DevFabric } from "./dev-fabric.ts";
import type { DevView } from "./dev-view.ts";
import { invokeLine, sampleRequest } from "./sample-request.ts";
import { haveChanged, SourceWatch } from "./source-watch.ts";

/** What a session is about. */
export interface DevSessionOptions {
  readonly file: string;
  readonly optimize: boolean;
  readonly dev: DevFabric;
  readonly view: DevView;
  /** Ends the session. */
  readonly signal: AbortSignal;
}

type Built = BuildOutcome & { readonly kind: "built" };

/** Builds, deploys and shows until it is ended. */
export class DevSession {
  readonly #options: DevSessionOptions;
  readonly #builder = new Builder();
  readonly #watch: SourceWatch;
  #latest: Built | undefined;
  /** The work that goes on; the next waits for it. */
  #work: Promise<void> = Promise.resolve();
  #queued = false;
  #showedExample = false;

  constructor(options: DevSessionOptions) {
    this.#options = options;
    this.#watch = new SourceWatch((firstAt) => this.#queue(firstAt));
  }

  /** Resolves when the session has ended. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    this.#queue(performance.now());
    await this.#work;
    const following = Promise.all([this.#followCalls(), this.#followLogs()]);
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      else signal.addEventListener("abort", () => done(), { once: true });
    });
    this.#watch.stop();
    this.#builder.stop();
    await following;
    await this.#work;
  }

  #queue(firstAt: number): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#work = this.#work.then(() => {
      this.#queued = false;
      return this.#round(firstAt);
    });
  }

  async #round(savedAt: number): Promise<void> {
    const { file, optimize, signal } = this.#options;
    if (signal.aborted) return;
    try {
      const outcome = await this.#builder.build(file, optimize);
      if (outcome.kind === "built") {
        this.#latest = outcome;
        await this.#deploy(outcome, savedAt);
      } else if (!(await haveChanged(outcome.files))) await this.#fail(outcome.reason, outcome.message);
      // What failed because it was saved meanwhile is built again, and nobody has to see why.
      this.#watch.update(outcome.files);
    } catch (error) {
      if (signal.aborted) return;
      const { reason, rawMessage } = HeddleError.from(error);
      await this.#fail(reason, rawMessage);
    }
  }

  async #deploy(built: Built, savedAt: number): Promise<void> {
    const { dev, view, signal } = this.#options;
    const started = performance.now();
    try {
      const { kernel, unchanged } = await dev.fabric.admin.deploy(built.wasm, { breaking: true, signal });
      const schema = readKernelSchema(built.descriptor);
      const [first] = schema.functions;
      const example =
        this.#showedExample || first === undefined
          ? ""
          : invokeLine(`${built.name}/${first.name}`, sampleRequest(first.request), dev.fabric.address);
      this.#showedExample = true;
      const now = performance.now();
      view.show({
        event: "deployed",
        kernel: built.name,
        digest: kernel?.digest ?? "",
        unchanged,
        functions: schema.functions.map((fn) => `${built.name}/${fn.name}`),
        warnings: built.warnings,
        buildMs: built.buildMs,
        deployMs: now - started,
        sinceSaveMs: now - savedAt,
        example,
      });
    } catch (error) {
      if (signal.aborted) return;
      const { reason, rawMessage } = HeddleError.from(error);
      await this.#fail(reason, rawMessage);
    }
  }

  async #fail(reason: string, message: string): Promise<void> {
    const folder = dirname(this.#options.file);
    const placed =
      reason === "BUILD_FAILED" ? problemsOf(message) : [{ file: "", line: 0, column: 0, message }];
    const problems = await Promise.all(
      placed.map(async (problem) => {
        const text =
          problem.line === 0 ? "" : await readFile(join(folder, problem.file), "utf8").catch(() => "");
        const file = problem.line === 0 ? problem.file : join(folder, problem.file);
        return { ...problem, file, frame: codeFrame(text, problem.line, problem.column) };
      }),
    );
    this.#options.view.show({ event: "error", reason, problems });
  }

  /** The kernel's attempts, as long as there is a fabric; when it comes back, the kernel is deployed to it again. */
  async #followCalls(): Promise<void> {
    const { dev, view, signal } = this.#options;
    let isLost = false;
    while (!signal.aborted) {
      try {
        const started = new Map<
          number,
          { readonly at: number; readonly count: number; readonly number: number }
        >();
        for await (const event of dev.fabric.admin.watch({ attempts: true, signal })) {
          if (event.kind === "synced" && isLost) {
            isLost = false;
            view.show({ event: "found" });
            const latest = this.#latest;
            if (latest !== undefined)
              this.#work = this.#work.then(() => this.#deploy(latest, performance.now()));
          }
          const { attemptStarted, attemptEnded } = event;
          if (attemptStarted && this.#isOurs(attemptStarted.function)) {
            const { attemptId, count, number } = attemptStarted;
            started.set(attemptId, { at: performance.now(), count, number });
          }
          if (!attemptEnded || !this.#isOurs(attemptEnded.function)) continue;
          const { attemptId, node, outcome, reason } = attemptEnded;
          const { at = performance.now(), count = 1, number = 1 } = started.get(attemptId) ?? {};
          started.delete(attemptId);
          const ms = performance.now() - at;
          view.show({
            event: "call",
            function: attemptEnded.function,
            node,
            count,
            number,
            ms,
            outcome,
            reason,
          });
        }
      } catch (error) {
        if (!isLost) view.show({ event: "lost", message: HeddleError.from(error).rawMessage });
        isLost = true;
      }
      await pause(signal);
    }
  }

  async #followLogs(): Promise<void> {
    const { dev, view, signal } = this.#options;
    while (!signal.aborted) {
      try {
        for await (const event of dev.fabric.admin.logs({ follow: true, last: 0, signal })) {
          if (event.kind !== "line" || event.kernel !== this.#latest?.name) continue;
          view.show({
            event: "log",
            function: `${event.kernel}/${event.function}`,
            level: event.level,
            text: event.text,
          });
        }
      } catch {
        // That the fabric is gone is told where its calls are followed.
      }
      await pause(signal);
    }
  }

  #isOurs(fn: string): boolean {
    return this.#latest !== undefined && fn.startsWith(`${this.#latest.name}/`);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await wait(limits.fabricRetryMs, undefined, { signal }).catch(() => {}); // ended: the loop sees it
}
