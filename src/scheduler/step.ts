import { assert } from "../base/assert.ts";
import type { Action } from "./action.ts";
import { end, progress } from "./attempt.ts";
import { failBroken, halfOpen } from "./breaker.ts";
import { append, cancel, expire, expireItems, pause, submit } from "./batch.ts";
import { placeWork } from "./dispatch.ts";
import type { Event } from "./event.ts";
import { probe } from "./health.ts";
import { copyLate } from "./late-attempts.ts";
import { checkLease, drain, join, loseNode, renew, setCredit } from "./membership.ts";
import { endNodeWait } from "./node-wait.ts";
import { endSettled } from "./settlement.ts";
import type { SchedulerState } from "./state.ts";
import type { Timer } from "./timer.ts";
import { makeReady } from "./waiting.ts";

/**
 * One step: what happened, then what its time has come for, then placement, so that nothing is placed that was
 * cancelled or is too late. Gives what is to be done, in order.
 */
export function takeStep(state: SchedulerState, events: readonly Event[], now: number): readonly Action[] {
  state.now = Math.max(state.now, now);
  state.actions = [];
  for (let position = 0; position < events.length; position++) {
    const event = events[position];
    if (event !== undefined) applyEvent(state, event, position);
  }
  for (let due = state.timers.takeDue(state.now); due !== undefined; due = state.timers.takeDue(state.now)) {
    applyTimer(state, due);
  }
  failBroken(state);
  endSettled(state);
  placeWork(state);
  copyLate(state);
  askToBeWoken(state);
  return state.actions;
}

function applyEvent(state: SchedulerState, event: Event, position: number): void {
  switch (event.kind) {
    case "nodeJoined":
      return join(state, event);
    case "nodeCredit":
      return setCredit(state, event);
    case "nodeAlive":
      return renew(state, event);
    case "nodeDraining":
      return drain(state, event);
    case "nodeLost":
      return loseNode(state, event);
    case "submitted":
      return submit(state, event);
    case "appended":
      return append(state, event);
    case "cancelled":
      return cancel(state, event);
    case "expired":
      return expireItems(state, event);
    case "paused":
      return pause(state, event);
    case "progress":
      return progress(state, event, position);
    case "ended":
      return end(state, event);
    case "tick":
      state.wakeAt = Infinity; // the wake that stood is used up
      return;
    default:
      assert(event satisfies never, "every kind of event is applied");
  }
}

function applyTimer(state: SchedulerState, timer: Timer): void {
  switch (timer.kind) {
    case "lease":
      return checkLease(state, timer);
    case "deadline":
      return expire(state, timer.batch);
    case "nodeWait":
      return endNodeWait(state, timer.batch);
    case "retry":
      return makeReady(state, timer);
    case "probe":
      return probe(state, timer);
    case "breaker":
      return halfOpen(timer);
    case "late":
      state.late.push(timer.attempt);
      return;
    default:
      assert(timer satisfies never, "every kind of timer is applied");
  }
}

/** A wake stands until its time or a tick; only an earlier one is worth telling. */
function askToBeWoken(state: SchedulerState): void {
  const at = state.timers.nextAt();
  if (state.wakeAt <= state.now) state.wakeAt = Infinity;
  if (at >= state.wakeAt) return;
  state.wakeAt = at;
  state.actions.push({ kind: "wake", at });
}
