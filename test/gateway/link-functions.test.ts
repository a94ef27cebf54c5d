import { describe, expect, it } from "vitest";
import { toKernelDigest, type KernelDigest } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import { FunctionTable } from "../../src/executor/function-table.ts";
import { LinkFunctions } from "../../src/gateway/link-functions.ts";
import type { FunctionRecord } from "../../src/gateway/records.ts";
import { emptyBatch, emptyFunction } from "../../src/wire/frame.ts";
import type { KernelModule } from "../../src/worker/pool.ts";

function digestNumber(number: number): KernelDigest {
  const digest = toKernelDigest(number.toString(16).padStart(64, "0"));
  if (digest === undefined) throw new Error("64 hex digits are a digest");
  return digest;
}

function version(number: number, name = "f"): FunctionRecord {
  const digest = digestNumber(number);
  return {
    kernel: "k",
    name,
    digest,
    timeLimitMs: 1,
    memoryMaxBytes: 1,
    pure: true,
    key: `${digest}/${name}`,
  };
}

describe("LinkFunctions", () => {
  it("gives a function one number, and another after it was forgotten", () => {
    const functions = new LinkFunctions();
    const fn = version(1);
    expect(functions.numberOf(fn)).toBeUndefined();
    expect([functions.add(fn), functions.numberOf(fn)]).toEqual([1, 1]);
    functions.forget(fn);
    expect([functions.numberOf(fn), functions.stageOf(fn.digest)]).toEqual([undefined, undefined]);
    expect(functions.add(fn)).toBe(2);
    expect(functions.ready(1)).toBe(fn); // an answer to the number before
  });

  it("skips a number, which nothing is known of", () => {
    const functions = new LinkFunctions();
    expect([functions.skip(), functions.add(version(1)), functions.skip()]).toEqual([1, 2, 3]);
    expect([functions.ready(1), functions.size]).toEqual([undefined, 1]);
  });

  it("knows how far the node is with a module, whichever of its functions was named", () => {
    const functions = new LinkFunctions();
    const [one, two] = [version(7, "one"), version(7, "two")];
    expect(functions.stageOf(one.digest)).toBeUndefined();
    functions.add(one);
    expect(functions.stageOf(one.digest)).toBe("told");
    functions.ready(functions.add(two));
    expect(functions.stageOf(one.digest)).toBe("ready");
    expect(functions.ready(99)).toBeUndefined();
  });

  it("stays small over thousands of versions, and so does the node's table, which knows every number in use", () => {
    const functions = new LinkFunctions();
    const ran: number[] = [];
    const kernel = {} as KernelModule; // only handed on
    const table = new FunctionTable({
      modules: { ready: () => kernel, load: () => Promise.resolve(kernel) },
      ready: () => {},
      run: (frame) => ran.push(frame.function),
      refuse: () => {},
    });
    const call = (fn: FunctionRecord): void => {
      let number = functions.numberOf(fn);
      if (number === undefined) {
        number = functions.add(fn);
        table.name({ ...emptyFunction, number, digest: Buffer.from(fn.digest, "hex") });
      }
      table.batch({ ...emptyBatch, function: number });
      expect(ran.at(-1)).toBe(number);
    };
    const steady = version(0);
    for (let number = 1; number < 3 * limits.linkFunctionsMax; number++) {
      call(version(number));
      if (number % 1000 === 0) call(steady);
    }
    expect(functions.size).toBeLessThanOrEqual(limits.linkFunctionsMax);
    expect(table.size).toBeLessThanOrEqual(limits.linkFunctionsMax);
    expect(functions.stageOf(digestNumber(1))).toBeUndefined();
  });
});
