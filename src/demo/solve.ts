/**
 * Solves the six problems at once, and kills the node that runs the long one as soon as the cluster says that its
 * attempt has started. The replies say which nodes ran what.
 */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import type { Fabric } from "../sdk/fabric.ts";
import type { InvokeResult } from "../sdk/invoke.ts";
import { longProblem, problems, relativeError, type Problem, type Solution } from "./problems.ts";
import type { ProblemRow } from "./table.ts";

/** Ends a process for good. */
export type Kill = (pid: number) => void;

/** What became of the problems. */
export interface Solved {
  readonly rows: readonly ProblemRow[];
  /** The node that was killed; undefined when the long problem never started. */
  readonly killed: string | undefined;
}

/** Rejects with the error of a problem that could not be solved. */
export async function solveAll(fabric: Fabric, kill: Kill, say: (text: string) => void): Promise<Solved> {
  const watching = new AbortController();
  const killing = killNodeOf(longProblem, fabric, kill, say, watching.signal);
  // Its failure is met below; until then it must not count as unhandled.
  killing.catch(() => {});
  try {
    const rows = await Promise.all(problems.map((problem) => solve(fabric, problem)));
    watching.abort();
    return { rows, killed: await killing };
  } finally {
    watching.abort();
  }
}

async function solve(fabric: Fabric, problem: Problem): Promise<ProblemRow> {
  const startedAt = systemClock.now();
  const { value, stats }: InvokeResult<Solution> = await fabric.invokeWithStats<Solution>(
    problem.function,
    problem.request,
  );
  return {
    problem: problem.title,
    nodes: [...stats.earlier.map((tried) => tried.node), stats.node],
    attempts: stats.attempts,
    steps: value.steps,
    milliseconds: systemClock.now() - startedAt,
    error: relativeError(problem, value.y),
  };
}

/** Waits until an attempt of the problem has started and kills its node; gives the node's id. */
async function killNodeOf(
  problem: Problem,
  fabric: Fabric,
  kill: Kill,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pids = new Map<string, number>();
  for await (const event of fabric.admin.watch({ attempts: true, functions: [problem.function], signal })) {
    const facts = event.node?.facts;
    if (facts) pids.set(facts.id, facts.pid);
    const started = event.attemptStarted;
    if (!started) continue;
    const pid = pids.get(started.node);
    if (pid === undefined)
      throw new HeddleError("INTERNAL", `the cluster never told of node ${started.node}`);
    kill(pid);
    say(`killed ${started.node} (process ${pid}), which had just started on the ${problem.title}`);
    return started.node;
  }
  return undefined;
}
