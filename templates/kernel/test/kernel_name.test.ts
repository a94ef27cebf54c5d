import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, loadKernel } from "heddle/testing";
import type { KernelNameKernel } from "./kernel_name.d.ts";

const kernel = await loadKernel<KernelNameKernel>(new URL("../kernel_name.ts", import.meta.url));

test("greets as often as asked", async () => {
  assert.equal(await kernel.greet({ name: "Ada", times: 3 }), "Hello, Ada!!!");
  assert.equal(kernel.logs.at(-1)?.text, "greeting Ada");
});

test("refuses to greet a thousand times", async () => {
  await assert.rejects(kernel.greet({ name: "Ada", times: 1000 }), { code: Code.INVALID_ARGUMENT });
});

test("counts characters and words", async () => {
  assert.deepEqual(await kernel.count({ text: " to be  or not " }), { characters: 15, words: 4 });
});
