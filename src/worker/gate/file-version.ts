import type { BigIntStats } from 'node:fs'

/** A file changed in the last moment may change again within one tick of the file system's clock, which nobody would see. */
const SETTLED_MS = 50

/** Which file it is and which state of it: equal versions have equal contents, once `hasSettled`. */
export function versionOf(stats: BigIntStats): string {
  const { dev, ino, size, uid, gid, mode, mtimeNs, ctimeNs } = stats
  return [dev, ino, size, uid, gid, mode, mtimeNs, ctimeNs].join(':')
}

/** Whether its last change is long enough ago that another one would have shown. `now` in epoch milliseconds. */
export function hasSettled({ ctimeMs }: BigIntStats, now: number): boolean {
  return now - Number(ctimeMs) > SETTLED_MS
}
