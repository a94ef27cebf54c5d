import { AsyncLocalStorage } from "node:async_hooks";

/** Files that a build has looked for, by their path: the text, or null for one that was not there. */
export type ReadNotes = Map<string, string | null>;

const present = new AsyncLocalStorage<ReadNotes>();

/** Runs a build and notes what it reads, also when it fails: whoever watches the files needs to know those. */
export function withReadNotes<T>(notes: ReadNotes, build: () => Promise<T>): Promise<T> {
  return present.run(notes, build);
}

/** Notes a file, if anybody wants to know. */
export function noteRead(path: string, text: string | null): void {
  present.getStore()?.set(path, text);
}
