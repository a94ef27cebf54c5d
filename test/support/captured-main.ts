/** The command line run in the test's own process: cheap, for what needs no process of its own. */
import { vi } from "vitest";
import { main } from "../../src/cli/main.ts";

/** What a command line printed, and its exit code. */
export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `heddle` with arguments here, its output captured. One at a time. */
export async function capturedMain(...argv: string[]): Promise<Captured> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  try {
    const code = await main(argv);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.restore();
    stderr.restore();
  }
}

function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  let text = "";
  const before = listenersOf(stream);
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk, encodingOrDone, done) => {
    text += chunk.toString();
    const written = typeof encodingOrDone === "function" ? encodingOrDone : done;
    written?.();
    return true;
  });
  return { text: () => text, restore };

  // A command listens for as long as its process lives; this one runs many.
  function restore(): void {
    spy.mockRestore();
    for (const [event, listener] of listenersOf(stream)) {
      if (!before.some(([, known]) => known === listener)) stream.off(event, listener);
    }
  }
}

type Listener = (...args: unknown[]) => void;

function listenersOf(stream: NodeJS.WriteStream): (readonly [string, Listener])[] {
  // Node's types say Function; these are what `on` was given.
  return ["error", "drain"].flatMap((event) =>
    stream.listeners(event).map((listener) => [event, listener as Listener] as const),
  );
}
