/** What the processes of a figure are and when they were put under load, for those who look at their profiles. */
const names = new Map<number, string>();
let loadedAtUs = 0;

/** Gives a process a name; a second one of that name gets a number. */
export function nameProcess(pid: number | undefined, name: string): void {
  if (pid === undefined) return;
  const taken = new Set(names.values());
  let own = name;
  for (let number = 2; taken.has(own); number++) own = `${name}-${number}`;
  names.set(pid, own);
}

/** The name of a process; undefined for one that was not named. */
export function processName(pid: number): string | undefined {
  return names.get(pid);
}

/** Says that load begins, unless that was said before. */
export function markLoad(): void {
  if (loadedAtUs === 0) loadedAtUs = Number(process.hrtime.bigint() / 1000n);
}

/** When load began, in µs of the clock that all processes of a machine share; 0 when there was none. */
export function loadBeganUs(): number {
  return loadedAtUs;
}

/** Forgets all: another figure begins. */
export function forgetProcesses(): void {
  names.clear();
  loadedAtUs = 0;
}
