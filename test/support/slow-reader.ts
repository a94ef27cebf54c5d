/**
 * A client that maps `work/fill` and does not read its results until nodes have stopped making more, then reads all of
 * them as fast as it can. Says how many results it read and how many had been made before it read the second.
 *
 *     node slow-reader.ts ADDRESS ITEMS BYTES
 */
import { connect } from "../../src/index.ts";
import { restOf } from "./executed.ts";

const [address = "", items = "", bytes = ""] = process.argv.slice(2);
const [count, size] = [Number(items), Number(bytes)];
const fabric = await connect(address);

const results = fabric.map<Uint8Array>("work/fill", inputs())[Symbol.asyncIterator]();
let read = 0;
let madeBefore = 0;
for (let step = await results.next(); step.done !== true; step = await results.next()) {
  check(step.value.index, step.value.value);
  // The first result says that the map is under way.
  if (++read === 1) madeBefore = await restOf(fabric);
}
fabric.close();
process.stdout.write(`${JSON.stringify({ read, madeBefore })}\n`);

function* inputs(): Generator<{ size: number; value: number }> {
  for (let index = 0; index < count; index++) yield { size, value: index % 251 };
}

function check(index: number, value: Uint8Array | undefined): void {
  const right = index % 251;
  const places = [0, size >> 1, size - 1];
  if (index === read && value?.length === size && places.every((at) => value[at] === right)) return;
  throw new Error(`result ${read} came as ${index} with ${value?.length} bytes of ${value?.[0]}`);
}
