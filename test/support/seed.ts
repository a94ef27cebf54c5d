/** Seed of random tests: `HEDDLE_SEED` repeats a run; a failing property prints the one it used. */
export const testSeed = Number(process.env["HEDDLE_SEED"] ?? Math.floor(Math.random() * 0x7fffffff));
