import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { startPool } from "../support/pool-run.ts";

describe("standBack", () => {
  it.runIf(process.platform === "linux")(
    "lowers the priority of workers' threads, and of no other of their process",
    async () => {
      const own = getPriority(process.pid);
      const pool = await startPool(2);
      const workers = readdirSync("/proc/self/task").filter((thread) =>
        readFileSync(`/proc/self/task/${thread}/comm`, "utf8").startsWith("heddle-worker"),
      );
      const priorities = workers.map((thread) => getPriority(Number(thread)));
      expect(
        priorities.filter((priority) => priority === limits.workerNiceness).length,
      ).toBeGreaterThanOrEqual(2);
      expect(getPriority(process.pid)).toBe(own);
      await pool.stop();
    },
  );
});
