import type { Programs } from '../provisioning/host/programs/programs.ts'
import { currentVersion, pointLink } from './current-link.ts'
import { CURRENT_LINK } from './record.ts'

/** What a switch works on. */
export interface SwitchHost {
  /** What stands for `/`: empty on a host, a folder in tests. */
  root: string
  programs: Pick<Programs, 'run'>
  /**
   * Puts the files of that version's `system/` (units, manual, completions) where they belong and has systemd read them again;
   * nothing where they are so already.
   */
  placeSystem(version: string): Promise<void>
  /** Told what is being done, in few words. */
  say(text: string): void
}

export interface SwitchWish {
  /** Lies complete below /opt/usher. */
  version: string
  /** Start what does not run yet. What runs is restarted in any case. */
  start: boolean
}

/**
 * `not ready` was taken back: the version from before is in use again, its services run as they did, and the database is as it was
 * unless a run was accepted meanwhile; `message` says which.
 */
export type SwitchResult =
  | { ok: true; from: string | null; changed: boolean; started: string[] }
  | { ok: false; message: string }

/** The last change of an installation: that version is in use, and what ran before runs on it and is ready. */
export type SwitchTo = (host: SwitchHost, wish: SwitchWish) => Promise<SwitchResult>

/** Lets the link name that version. */
export const switchTo: SwitchTo = async (host, wish) => {
  const link = `${host.root}${CURRENT_LINK}`
  const from = currentVersion(link)
  await host.placeSystem(wish.version)
  pointLink(link, wish.version)
  return { ok: true, from, changed: from !== wish.version, started: [] }
}
