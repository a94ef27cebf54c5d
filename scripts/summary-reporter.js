/**
 * A reporter for vitest that ends a run with one line alone: `tests: 812 passed, 0 failed, 3 skipped`. Machines read
 * it, and people who scroll up do not have to look for it.
 */

// Vitest loads a reporter by its default export.
export default class SummaryReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      for (const state of states) counts[state] += 1;
      // A file that could not be loaded has errors and no tests.
      if (module.state() === "failed" && !states.includes("failed")) counts.failed += 1;
    }
    // The other reporter writes its own summary in the same hook; this line comes after it.
    const { passed, failed, skipped, pending } = counts;
    const rest = pending > 0 ? `, ${pending} not run` : "";
    process.once("exit", () => {
      process.stdout.write(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped${rest}\n`);
    });
  }
}
