import type { SchedulerOptions } from "../options.ts";
import type { Placement } from "./placement.ts";
import { powerOfTwo } from "./power-of-two.ts";
import { roundRobin } from "./round-robin.ts";

/** The placement an option names. */
export function choosePlacement(name: SchedulerOptions["placement"]): Placement {
  return name === "power-of-two" ? powerOfTwo : roundRobin;
}
