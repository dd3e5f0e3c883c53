/**
 * `npm run demo:pictures`: plays the demo as a chat in a browser and keeps pictures of its real pages and cards in
 * docs/pictures/. Needs Chromium, pngquant and, for a page with a real account, root.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { startBrowser } from '../support/browser/chromium.ts'
import { askForAccess, completeAccess, phoneOn, startWebDemo } from '../support/browser/web-demo.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = join(CHECKOUT, 'docs/pictures')
const MAX_BYTES = 150_000
const NEWCOMER = 'Ada Lovelace'

await main()

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  const browser = await startBrowser()
  const demo = await startWebDemo(join(CHECKOUT, 'test/demo/main.ts'), [], process.env)
  const open = async (options: BrowserContextOptions) => {
    const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'light', ...options })
    const page = await context.newPage()
    await page.goto(demo.url)
    await page.getByText('Live').waitFor()
    return page
  }
  try {
    // Tall, so that a whole card is seen.
    const page = await open({ viewport: { width: 1720, height: 1500 }, deviceScaleFactor: 1.5 })
    const [grace, ada] = [phoneOn(page, 'left'), phoneOn(page, 'right')]
    await askForAccess(ada, NEWCOMER)
    await grace.begins()
    await grace.says('asks for access')
    await keep(grace.message('asks for access'), 'access-card')
    await completeAccess(grace, 'ada')
    await keep(grace.message('What would change on the host'), 'review-card')
    await grace.taps('✅ Approve')
    const running = grace.message(/smoke test: is running/)
    await running.waitFor()
    await keep(running, 'running-card')
    await grace.says(', receipt')
    await grace.says('was told')
    await ada.says('Welcome')
    await keep(grace.message(', receipt'), 'receipt')
    await page.setViewportSize({ width: 1280, height: 800 })
    await settle(page)
    await keep(page, 'two-sides')
    await page.context().close()

    const phone = await open({
      viewport: { width: 390, height: 760 },
      colorScheme: 'dark',
      deviceScaleFactor: 1.5,
    })
    await phoneOn(phone, 'left').text.fill('/')
    await phone.getByRole('listbox').getByRole('option').first().waitFor()
    await keep(phone, 'narrow-dark')
  } finally {
    await browser.close()
    demo.child.kill('SIGTERM')
    await demo.ended
  }
}

/** What has popped up goes by itself; a picture of a card has scrolled to it. */
async function settle(page: Page): Promise<void> {
  await page.locator('.toast:visible').waitFor({ state: 'detached' })
  await page.evaluate(`
    document.activeElement?.blur()
    for (const list of document.querySelectorAll('.messages')) list.scrollTop = list.scrollHeight
  `)
}

async function keep(what: Page | Locator, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`)
  // A card that is edited just now is another element afterwards.
  await what.screenshot({ path }).catch(() => what.screenshot({ path }))
  const { error, status } = spawnSync('pngquant', ['--force', '--ext=.png', '--strip', '--', path])
  if (status !== 0) throw new Error(`cannot make ${path} smaller with pngquant`, { cause: error })
  const { size } = statSync(path)
  console.log(`${path}: ${Math.round(size / 1000)} kB`)
  if (size > MAX_BYTES) throw new Error(`cannot keep ${path}: ${size} bytes are more than ${MAX_BYTES}`)
}
