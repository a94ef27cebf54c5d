/**
 * The scheduler as a deterministic state machine: which attempt of which items goes to which node, and what settles.
 * It does nothing itself. Events say what happened, actions what is to be done; time and chance come in as arguments,
 * so that a run can be repeated from its seed. docs/state-machine.md draws the states.
 */
import type { NodeId } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import type { Action } from "./action.ts";
import type { Event } from "./event.ts";
import { resolveSchedulerOptions, type SchedulerOptions } from "./options.ts";
import { takeSnapshot, type SchedulerSnapshot } from "./snapshot.ts";
import { createState } from "./state.ts";
import { takeStep } from "./step.ts";

/** Makes a scheduler without nodes and work. Throws BAD_REQUEST for an option outside its range. */
export function createScheduler(options: Partial<SchedulerOptions>, random: Random): Scheduler {
  const state = createState(resolveSchedulerOptions(options), random);
  return {
    step: (events, now) => takeStep(state, events, now),
    snapshot: () => takeSnapshot(state),
    load(node) {
      const known = state.nodes.get(node as NodeId); // a name that is no node's finds none
      return { attempts: known?.attempts.length ?? 0, queueMs: Math.max(0, known?.outstandingMs ?? 0) };
    },
  };
}

/** What the shell holds. */
export interface Scheduler {
  /**
   * Takes what happened, in order, at time `now` in ms (a time before the last step's counts as that), and gives what
   * is to be done, in order. A wake stands until its time comes, an earlier one is asked for or a tick is given.
   */
  step(events: readonly Event[], now: number): readonly Action[];
  /** What it holds at present, for people and tests. */
  snapshot(): SchedulerSnapshot;
  /** Attempts on a node and their estimated work in ms; zeros for an unknown node. */
  load(node: string): { readonly attempts: number; readonly queueMs: number };
}
