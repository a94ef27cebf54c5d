/** The next item of an iteration that must not have ended. */
export async function next<T>(items: AsyncIterator<T>): Promise<T> {
  const result = await items.next();
  if (result.done === true) throw new Error("the iteration ended");
  return result.value;
}

/** The first items of an iteration, which is then closed. */
export async function take<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

/** Everything up to the end, also added to `into` as it comes. */
export async function collect<T>(items: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of items) into.push(item);
  return into;
}
