/** The distribution's Chromium, driven by playwright-core: nothing is downloaded. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const NO_CHROMIUM = 'no Chromium is installed (Debian: apt install chromium)'

/** Where it is; null when it is nowhere. */
export const chromiumPath = (): string | null => PLACES.find((path) => existsSync(path)) ?? null

/** Starts it without a window. Rejects when there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === null) throw new Error(`cannot start a browser: ${NO_CHROMIUM}`)
  return chromium.launch({ executablePath })
}
