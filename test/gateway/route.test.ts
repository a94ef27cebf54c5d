import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toKernelDigest, type KernelDigest } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import {
  chooseVersion,
  routeDeploy,
  routePromote,
  routeRemove,
  routeRollback,
  type Route,
  type Trial,
} from "../../src/gateway/route.ts";
import { readRoute, writeRoute } from "../../src/gateway/route-entry.ts";
import { testSeed } from "../support/seed.ts";

/** A digest that begins with a letter from a to f. */
function digest(name: string): KernelDigest {
  const found = toKernelDigest(name.repeat(64).slice(0, 64));
  if (found === undefined) throw new Error(`${name} is not hexadecimal`);
  return found;
}
const [a, b, c] = ["a", "b", "c"].map(digest) as [KernelDigest, KernelDigest, KernelDigest]; // three were given

function deploy(route: Route | undefined, name: KernelDigest, trial?: Omit<Trial, "digest">): Route {
  return routeDeploy(route, { digest: name, size: 1, deployedAtMs: 1 }, trial);
}

/** The route after these versions were deployed one after another. */
function deployed(...names: KernelDigest[]): Route {
  let route: Route | undefined;
  for (const name of names) route = deploy(route, name);
  if (route === undefined) throw new Error("something must be deployed");
  return route;
}

const canary = { kind: "canary", percent: 10 } as const;
const refusal = (said: string) =>
  expect.objectContaining({
    reason: "ROUTE_REFUSED",
    rawMessage: expect.stringContaining(said) as string,
  }) as Error;

describe("routeDeploy", () => {
  it("lets the newest version serve and remembers those before", () => {
    const route = deployed(a, b, c);
    expect(route).toMatchObject({ serving: c, trial: undefined, history: [b, a] });
    expect(route.versions.map((version) => version.digest)).toEqual([c, b, a]);
  });

  it("changes nothing when the version serves already", () => {
    const route = deployed(a, b);
    expect(deploy(route, b)).toBe(route);
    const tried = deploy(route, c, canary);
    expect(deploy(tried, b)).toBe(tried);
    expect(deploy(tried, c, canary)).toBe(tried);
  });

  it("puts a version on trial beside the one that serves, in place of another on trial", () => {
    const tried = deploy(deployed(a), b, canary);
    expect(tried).toMatchObject({ serving: a, trial: { ...canary, digest: b }, history: [] });
    const shadow = { kind: "shadow", percent: 5 } as const;
    expect(deploy(tried, c, shadow)).toMatchObject({ serving: a, trial: { ...shadow, digest: c } });
  });

  it("refuses a trial with nothing beside it, or of the version that serves", () => {
    expect(() => deploy(undefined, a, canary)).toThrow(refusal("deploy it without --canary"));
    expect(() => deploy(deployed(a), a, canary)).toThrow(refusal("serves already"));
  });

  it("ends a trial when a version takes all calls", () => {
    expect(deploy(deploy(deployed(a), b, canary), c)).toMatchObject({
      serving: c,
      trial: undefined,
      history: [a],
    });
    expect(deploy(deploy(deployed(a), b, canary), b)).toMatchObject({
      serving: b,
      trial: undefined,
      history: [a],
    });
  });

  it("keeps a bounded number of versions, and always the one a rollback leads to", () => {
    let route = deployed(a, b);
    for (let count = 0; count < 30; count++) {
      route = deploy(route, digest(count.toString(16).padStart(2, "0")), canary);
      expect(route.versions.length).toBeLessThanOrEqual(limits.versionsKeptMax + 2);
    }
    expect(route.versions).toHaveLength(limits.versionsKeptMax + 2);
    expect(route.history).toEqual([a]);
    expect(routeRollback(routeRollback(route, undefined), undefined).serving).toBe(a);
  });
});

describe("routePromote", () => {
  it("gives the version on trial a larger share, then all calls", () => {
    const tried = deploy(deployed(a), b, canary);
    const half = routePromote(tried, undefined, 50);
    expect(half).toMatchObject({ serving: a, trial: { kind: "canary", digest: b, percent: 50 } });
    for (const all of [0, 100]) {
      expect(routePromote(half, undefined, all)).toMatchObject({
        serving: b,
        trial: undefined,
        history: [a],
      });
    }
  });

  it("makes a canary of a shadow, and of any version that is kept", () => {
    const shadow = deploy(deployed(a), b, { kind: "shadow", percent: 5 });
    expect(routePromote(shadow, undefined, 20).trial).toEqual({ kind: "canary", digest: b, percent: 20 });
    expect(routePromote(deployed(a, b), a, 20).trial).toEqual({ kind: "canary", digest: a, percent: 20 });
  });

  it("refuses what serves, what is not there, and to guess", () => {
    expect(() => routePromote(deployed(a, b), undefined, 0)).toThrow(refusal("no version is on trial"));
    expect(() => routePromote(deployed(a, b), b, 0)).toThrow(refusal("serves already"));
    expect(() => routePromote(deployed(a, b), c, 0)).toThrow(
      /KERNEL_NOT_FOUND.*no version cccccccccccc; there are: bbbbbbbbbbbb, aaaaaaaaaaaa/,
    );
  });
});

describe("routeRollback", () => {
  it("ends a trial first, then goes back version by version", () => {
    const tried = deploy(deployed(a, b), c, canary);
    const back = routeRollback(tried, undefined);
    expect(back).toMatchObject({ serving: b, trial: undefined, history: [a] });
    const further = routeRollback(back, undefined);
    expect(further).toMatchObject({ serving: a, history: [] });
    expect(further.versions.map((version) => version.digest)).toContain(c);
    expect(() => routeRollback(further, undefined)).toThrow(refusal("nothing to go back to"));
  });

  it("goes back to a version that is named, and from there further", () => {
    const route = deployed(a, b, c);
    expect(routeRollback(route, a)).toMatchObject({ serving: a, history: [] });
    expect(routeRollback(route, b)).toMatchObject({ serving: b, history: [a] });
    expect(() => routeRollback(route, c)).toThrow(refusal("serves already"));
    expect(() => routeRollback(deployed(a, b), c)).toThrow(/KERNEL_NOT_FOUND/);
  });

  it("lets a version that was taken back be promoted again", () => {
    const back = routeRollback(deployed(a, b), undefined);
    expect(routePromote(back, b, 0)).toMatchObject({ serving: b, history: [a] });
  });
});

describe("routeRemove", () => {
  it("lets go of a version that gets no calls", () => {
    const route = routeRemove(deployed(a, b, c), b);
    expect(route).toMatchObject({ serving: c, history: [a] });
    expect(route.versions.map((version) => version.digest)).toEqual([c, a]);
  });

  it("refuses those that get calls", () => {
    const tried = deploy(deployed(a, b), c, canary);
    expect(() => routeRemove(tried, b)).toThrow(refusal("serves; promote or roll back"));
    expect(() => routeRemove(tried, c)).toThrow(refusal("is on trial; roll back"));
  });
});

describe("chooseVersion", () => {
  it("gives a canary its share and a shadow nothing", () => {
    const random = createSeededRandom(testSeed);
    const share = (route: Route): number => {
      let count = 0;
      for (let call = 0; call < 10_000; call++) if (chooseVersion(route, random) === b) count++;
      return count / 10_000;
    };
    const tried = (percent: number) => share(deploy(deployed(a), b, { kind: "canary", percent }));
    expect(tried(10), `seed ${testSeed}`).toBeCloseTo(0.1, 1);
    expect(tried(90), `seed ${testSeed}`).toBeCloseTo(0.9, 1);
    expect(share(deploy(deployed(a), b, { kind: "shadow", percent: 50 }))).toBe(0);
    expect(share(deployed(b, a))).toBe(0);
  });
});

describe("readRoute", () => {
  it("reads what was written, whatever was done to the route", () => {
    const names = fc.constantFrom(
      ...["a", "b", "c", "d", "e", "f", "0", "1", "2", "3", "4", "5", "6"].map(digest),
    );
    const percent = fc.integer({ min: 1, max: 99 });
    const step = fc.oneof(
      names.map((name) => (route: Route | undefined) => deploy(route, name)),
      fc.tuple(names, fc.constantFrom("canary" as const, "shadow" as const), percent).map(
        ([name, kind, share]) =>
          (route: Route | undefined) =>
            deploy(route, name, { kind, percent: share }),
      ),
      fc.tuple(fc.option(names, { nil: undefined }), percent).map(
        ([name, share]) =>
          (route: Route | undefined) =>
            route && routePromote(route, name, share === 50 ? 0 : share),
      ),
      fc
        .option(names, { nil: undefined })
        .map((name) => (route: Route | undefined) => route && routeRollback(route, name)),
      names.map((name) => (route: Route | undefined) => route && routeRemove(route, name)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let route: Route | undefined;
        for (const change of steps) {
          try {
            route = change(route);
          } catch (error) {
            expect((error as Error).message).toMatch(/ROUTE_REFUSED|KERNEL_NOT_FOUND/);
          }
          if (route === undefined) continue;
          const kept = route.versions.map((version) => version.digest);
          expect(new Set(kept).size).toBe(kept.length);
          expect(kept).toEqual(expect.arrayContaining([route.serving, ...route.history]));
          if (route.trial !== undefined) expect(kept).toContain(route.trial.digest);
          expect(route.history).not.toContain(route.serving);
          expect(route.trial?.digest).not.toBe(route.serving);
          expect(readRoute(writeRoute(route))).toEqual(route);
        }
      }),
      { seed: testSeed },
    );
  });

  it("reads a pointer from before there were versions", () => {
    const pointer = { digest: a, size: 7, deployedAtMs: 8 };
    expect(readRoute(Buffer.from(JSON.stringify(pointer)))).toEqual({
      serving: a,
      trial: undefined,
      history: [],
      versions: [pointer],
    });
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["no digest", { size: 1, deployedAtMs: 1 }],
    ["a digest that is none", { digest: "ab", size: 1, deployedAtMs: 1 }],
    ["no size", { digest: a, deployedAtMs: 1 }],
    [
      "a serving version that is not kept",
      { ...deployed(a), size: 1, deployedAtMs: 1, digest: a, serving: b },
    ],
    [
      "a trial that is not kept",
      { ...deployed(a), digest: a, size: 1, deployedAtMs: 1, trial: { ...canary, digest: b } },
    ],
    [
      "a trial of no kind",
      { ...deployed(a, b), digest: b, size: 1, deployedAtMs: 1, trial: { percent: 1, digest: a } },
    ],
    ["a history that is no list", { ...deployed(a), digest: a, size: 1, deployedAtMs: 1, history: 7 }],
    [
      "a version twice",
      {
        ...deployed(a),
        digest: a,
        size: 1,
        deployedAtMs: 1,
        versions: [deployed(a).versions[0], deployed(a).versions[0]],
      },
    ],
  ])("refuses %s", (_what, entry) => {
    const text = typeof entry === "string" ? entry : JSON.stringify(entry);
    expect(() => readRoute(Buffer.from(text))).toThrow(/STORE_CORRUPT/);
  });
});
