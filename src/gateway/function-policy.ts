import { limits } from "../base/limits.ts";
import type { FunctionPolicy } from "../scheduler/event.ts";
import type { Submission } from "./engine.ts";

/** What the scheduler may do with the invocations of a submission. */
export function policyOf({ function: fn, idempotencyKey, attemptsMax, open }: Submission): FunctionPolicy {
  return {
    key: fn.key,
    pure: fn.pure || idempotencyKey !== "",
    attemptsMax: attemptsMax === 0 ? limits.attemptsMax : attemptsMax,
    backoffBaseMs: limits.backoffBaseMs,
    backoffMaxMs: limits.backoffMaxMs,
    hedgeMinMs: Infinity,
    rerunStragglers: open,
    concurrencyMax: Infinity,
  };
}
