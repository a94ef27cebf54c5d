import type {
  BatchFrame,
  CancelFrame,
  CreditFrame,
  FrameSink,
  FunctionFrame,
  HelloFrame,
  LogFrame,
  PauseFrame,
  ResultFrame,
  WelcomeFrame,
} from "../../src/wire/frame.ts";

/** A frame as a sink got it. */
export type RecordedFrame =
  | { readonly kind: "hello"; readonly frame: HelloFrame }
  | { readonly kind: "welcome"; readonly frame: WelcomeFrame }
  | { readonly kind: "function"; readonly frame: FunctionFrame }
  | { readonly kind: "batch"; readonly frame: BatchFrame }
  | { readonly kind: "chunk"; readonly frame: { readonly id: number; readonly data: Uint8Array } }
  | { readonly kind: "cancel"; readonly frame: CancelFrame }
  | { readonly kind: "result"; readonly frame: ResultFrame }
  | { readonly kind: "credit"; readonly frame: CreditFrame }
  | { readonly kind: "log"; readonly frame: LogFrame }
  | { readonly kind: "pause"; readonly frame: PauseFrame };

/** A sink that keeps every frame in its order and lets a test wait for one. */
export class FrameRecorder implements FrameSink {
  readonly frames: RecordedFrame[] = [];
  /** Those whose payloads did not come. */
  readonly dropped: (BatchFrame | ResultFrame)[] = [];
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  hello(frame: HelloFrame): void {
    this.#add({ kind: "hello", frame });
  }
  welcome(frame: WelcomeFrame): void {
    this.#add({ kind: "welcome", frame });
  }
  function(frame: FunctionFrame): void {
    this.#add({ kind: "function", frame });
  }
  batch(frame: BatchFrame): void {
    this.#add({ kind: "batch", frame });
  }
  chunk(id: number, data: Uint8Array): void {
    this.#add({ kind: "chunk", frame: { id, data } });
  }
  cancel(frame: CancelFrame): void {
    this.#add({ kind: "cancel", frame });
  }
  droppedBatch(frame: BatchFrame): void {
    this.dropped.push(frame);
  }
  droppedResult(frame: ResultFrame): void {
    this.dropped.push(frame);
  }
  result(frame: ResultFrame): void {
    this.#add({ kind: "result", frame });
  }
  credit(frame: CreditFrame): void {
    this.#add({ kind: "credit", frame });
  }
  log(frame: LogFrame): void {
    this.#add({ kind: "log", frame });
  }
  pause(frame: PauseFrame): void {
    this.#add({ kind: "pause", frame });
  }

  /** The batches so far. */
  get batches(): BatchFrame[] {
    return this.frames.flatMap((found) => (found.kind === "batch" ? [found.frame] : []));
  }

  /** The results so far. */
  get results(): ResultFrame[] {
    return this.frames.flatMap((found) => (found.kind === "result" ? [found.frame] : []));
  }

  /** Resolves when the condition holds, which is looked at after every frame. */
  until(holds: (frames: readonly RecordedFrame[]) => boolean): Promise<void> {
    const met = (): boolean => holds(this.frames);
    if (met()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ holds: met, resolve }));
  }

  /** Resolves when so many frames of that kind have come. */
  count(kind: RecordedFrame["kind"], count: number): Promise<void> {
    return this.until((frames) => frames.filter((found) => found.kind === kind).length >= count);
  }

  #add(frame: RecordedFrame): void {
    this.frames.push(frame);
    this.#waiting = this.#waiting.filter(({ holds, resolve }) => {
      if (!holds()) return true;
      resolve();
      return false;
    });
  }
}
