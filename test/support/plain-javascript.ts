/** The plain JavaScript of bin/ and scripts/ for tests: it has no declarations, so its shape is stated here. */
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { repository } from "./source-files.ts";

/** A machine as bin/pinned-node.js sees it. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly musl: boolean;
}

/** Exports of bin/pinned-node.js. */
export interface PinnedNode {
  pinnedPackage(machine: Machine): string | undefined;
  findPinnedNode(root: string, machine: Machine): string | undefined;
  isNewEnough(version: string): boolean;
  noNodeMessage(machine: Machine): string;
  thisMachine(): Machine;
}

/** Exports of bin/child.js. */
export interface Child {
  createEchoFilter(): (signal: string, now: number) => boolean;
}

/** Exports of scripts/install.js. */
export interface Install {
  isFresh(root: string): boolean;
}

/** Loads bin/pinned-node.js. */
export async function loadPinnedNode(): Promise<PinnedNode> {
  return (await load("bin/pinned-node.js")) as PinnedNode; // The shape that the file documents.
}

/** Loads bin/child.js. */
export async function loadChild(): Promise<Child> {
  return (await load("bin/child.js")) as Child; // The shape that the file documents.
}

/** Loads scripts/install.js. */
export async function loadInstall(): Promise<Install> {
  return (await load("scripts/install.js")) as Install; // The shape that the file documents.
}

async function load(path: string): Promise<unknown> {
  return await import(pathToFileURL(join(repository, path)).href);
}
