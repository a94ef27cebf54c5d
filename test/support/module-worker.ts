/**
 * A process that puts and gets random modules of its own making in the folder of its first argument, which others use
 * too and which holds fewer than there are. Prints how many it did and how many it found gone.
 */
import { createSeededRandom } from "../../src/base/random.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { makeModule } from "./module-bytes.ts";

const [folder = "", maxBytes = "0", seed = "0", rounds = "0"] = process.argv.slice(2);
const store = await openModuleStore({ folder, maxBytes: Number(maxBytes) });
const random = createSeededRandom(Number(seed));
let gone = 0;
for (let round = 0; round < Number(rounds); round++) {
  const { digest, bytes } = makeModule(Math.floor(random.next() * 20));
  const draw = random.next();
  if (draw < 0.5) await store.put(bytes);
  else if (draw < 0.6) await store.delete(digest);
  else if ((await store.get(digest)) === undefined) gone++;
}
console.log(`${rounds} ${gone}`);
