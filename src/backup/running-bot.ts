import { readdirSync, readFileSync, statSync } from 'node:fs'

/**
 * A process of the bot that runs, or null: its cards and its place in the history would be those of the installation that is about to
 * be replaced. In a system whatever runs as its account; else what has its title.
 */
export function runningBot(botUid: number | null): number | null {
  if (process.platform !== 'linux') return null
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const { uid } = statSync(`/proc/${pid}`)
      const isBot =
        botUid === null
          ? uid === process.getuid?.() && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('usher bot')
          : uid === botUid
      if (isBot) return Number(pid)
    } catch {
      // It ended meanwhile.
    }
  }
  return null
}
