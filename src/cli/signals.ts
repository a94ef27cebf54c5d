/**
 * Ctrl-C and SIGTERM as an AbortSignal. The first asks the command to end in order; a second one, once a moment has
 * passed (a terminal sends Ctrl-C to a whole group, and wrappers pass it on), ends the process at once.
 */
const sameKeyPressMs = 500;

/** A signal that aborts with the name of the process signal; `release` takes the listeners off. */
export function interruptible(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = Date.now();
      controller.abort(name);
    } else if (Date.now() - firstAt > sameKeyPressMs) {
      process.exit(name === "SIGINT" ? 130 : 143);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
