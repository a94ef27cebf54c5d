/** Maps the sweep over the nodes that are left and checks every result by its index. */
import { systemClock } from "../base/clock.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { createProgress, type ProgressOutput } from "./progress.ts";
import { checkTrajectory, sweepFunction, sweepInputs, type Trajectory } from "./sweep.ts";

/** What became of a sweep. */
export interface SweepOutcome {
  readonly count: number;
  readonly milliseconds: number;
  /** Fewest and most steps of a trajectory. */
  readonly stepsMin: number;
  readonly stepsMax: number;
  /** The first thing that was wrong; undefined when all was right. */
  readonly wrong: string | undefined;
}

/** Runs `count` trajectories; draws a progress bar on `output` if there is one. */
export async function runSweep(
  fabric: Fabric,
  count: number,
  output: ProgressOutput | undefined,
): Promise<SweepOutcome> {
  const progress = output && createProgress({ total: count, output, clock: systemClock });
  const startedAt = systemClock.now();
  let next = 0;
  let stepsMin = Infinity;
  let stepsMax = 0;
  let wrong: string | undefined;
  for await (const { index, value, error } of fabric.map<Trajectory>(sweepFunction, sweepInputs(count))) {
    if (error !== undefined) throw error;
    if (index !== next) wrong ??= `result ${index} came where ${next} was due`;
    wrong ??= checkTrajectory(index, value) ?? undefined;
    stepsMin = Math.min(stepsMin, value.steps);
    stepsMax = Math.max(stepsMax, value.steps);
    next++;
    progress?.update(next);
  }
  progress?.stop();
  if (next !== count) wrong ??= `${count - next} of ${count} results were lost`;
  return { count, milliseconds: systemClock.now() - startedAt, stepsMin, stepsMax, wrong };
}
