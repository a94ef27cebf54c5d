/**
 * A process that writes to the store in the file of its first argument, eight writes at a time, and says the number of
 * each as soon as it is acknowledged, until it is killed.
 */
import { writeSync } from "node:fs";
import { createSqliteStore } from "../../src/store/sqlite-store.ts";

const [path = "", first = "0"] = process.argv.slice(2);
const store = createSqliteStore({ path });
await store.start();
let number = Number(first);

async function write(): Promise<never> {
  for (;;) {
    const mine = number++;
    const revision = await store.put(`k.${mine}`, Buffer.from(`value of ${mine}`), "absent");
    writeSync(1, `${mine} ${revision}\n`); // no buffer of this process may hold it back
  }
}

await Promise.all(Array.from({ length: 8 }, write));
