/** How many times faster deadlines pass, and the shortest that one may become, in milliseconds. */
const FASTER = 40
const SHORTEST_MS = 700

/**
 * Lets time-outs of a second and more pass faster, all by the same factor, so that what waits longer than something else still
 * does. For processes that meet something that hangs.
 */
export function hurryTimeouts(): void {
  const { setTimeout } = globalThis
  const hurried = (callback: () => void, ms = 0, ...args: []) =>
    setTimeout(callback, ms > SHORTEST_MS ? Math.max(SHORTEST_MS, ms / FASTER) : ms, ...args)
  globalThis.setTimeout = Object.assign(hurried, setTimeout) as typeof setTimeout
}
