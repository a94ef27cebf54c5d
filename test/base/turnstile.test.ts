import { describe, expect, it } from "vitest";
import { Turnstile } from "../../src/base/turnstile.ts";

const full = () => new Error("full");

/** Work that ends when it is told to, and who is inside. */
function setup(insideMax: number, waitingMax: number) {
  const turnstile = new Turnstile(insideMax, waitingMax);
  const inside: string[] = [];
  const enter = (name: string) => {
    const end = Promise.withResolvers<string>();
    const done = turnstile.pass(async () => {
      inside.push(name);
      return end.promise;
    }, full);
    return { done, leave: () => end.resolve(name), fail: (error: Error) => end.reject(error) };
  };
  return { inside, enter };
}

describe("Turnstile", () => {
  it("lets so many in, and the others in the order in which they came", async () => {
    const { inside, enter } = setup(2, 10);
    const [a, b, c, d] = ["a", "b", "c", "d"].map(enter);
    expect(inside).toEqual(["a", "b"]);
    b?.leave();
    expect(await b?.done).toBe("b");
    await Promise.resolve();
    expect(inside).toEqual(["a", "b", "c"]);
    a?.leave();
    c?.leave();
    d?.leave();
    expect(await Promise.all([a?.done, c?.done, d?.done])).toEqual(["a", "c", "d"]);
  });

  it("refuses who would have to wait behind too many", async () => {
    const { enter } = setup(1, 1);
    const [a, b] = ["a", "b"].map(enter);
    await expect(enter("c").done).rejects.toThrow("full");
    a?.leave();
    b?.leave();
    await Promise.all([a?.done, b?.done]);
    const again = enter("d");
    again.leave();
    expect(await again.done).toBe("d");
  });

  it("goes on when work fails", async () => {
    const { enter } = setup(1, 1);
    const [a, b] = ["a", "b"].map(enter);
    a?.fail(new Error("broken"));
    b?.leave();
    await expect(a?.done).rejects.toThrow("broken");
    expect(await b?.done).toBe("b");
  });
});
