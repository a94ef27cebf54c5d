/**
 * What figures may use together: a fabric that each leaves as it found it, the server of the bare echo. A part belongs to
 * a scope. Where that is the scope of one figure, nobody shares it; in a quick run it is that of the whole run, and a
 * figure need not start anew what the one before has used.
 */
const parts = new WeakMap<AsyncDisposableStack, Map<string, Promise<unknown>>>();

/** The part of a scope with this key: started when it is first asked for, and again when that has failed. */
export function sharedPart<Part>(
  scope: AsyncDisposableStack,
  key: string,
  start: () => Promise<Part>,
): Promise<Part> {
  const own = parts.get(scope) ?? new Map<string, Promise<unknown>>();
  parts.set(scope, own);
  const running = own.get(key) ?? start();
  own.set(key, running);
  running.catch(() => own.delete(key));
  return running as Promise<Part>; // a key is used for one kind of part
}
