import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The processes of the tests, and the threads that these start, share compiled code with the commands that they run.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(
  new URL("node_modules/.cache/heddle-test/compile", import.meta.url),
);

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    reporters: ["default", "./scripts/summary-reporter.js"],
  },
});
