/** The CPU profile of the suite's own process, in which the kernels of the library run, and which deploys modules. */
import { Session } from "node:inspector/promises";
import type { CpuProfile } from "./profile.ts";

/** Begins; the result ends it and gives the profile. */
export async function beginOwnProfile(): Promise<() => Promise<CpuProfile>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    return profile as CpuProfile; // of the same form as in a file
  };
}
