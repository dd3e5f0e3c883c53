import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowser } from '../support/browser/chromium.ts'
import {
  answerAdduser,
  askForAccess,
  completeAccess,
  phoneOn,
  type RunningDemo,
  startWebDemo,
} from '../support/browser/web-demo.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { runCommand } from '../support/stage/command.ts'
import { CLEAN_ENVIRONMENT, hasAccount } from '../support/stage/system-installation.ts'

const MAIN = `${checkoutInSandbox}/test/demo/main.ts`
const PATIENCE_MS = 15_000

const playWeb = (...words: string[]) =>
  startWebDemo(MAIN, ['--on=system', ...words], { ...CLEAN_ENVIRONMENT, HOME: '/tmp' })

describe('the demo as a chat', { timeout: 60_000 }, () => {
  let browser: Browser
  let demo: RunningDemo
  const mistakes: string[] = []

  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, ...options })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    page.on('pageerror', (error) => mistakes.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') mistakes.push(message.text())
    })
    page.on('request', (one) => {
      if (!one.url().startsWith(demo.url)) mistakes.push(`asked for ${one.url()}`)
    })
    await page.goto(demo.url)
    await page.getByText('Live').waitFor()
    return page
  }
  const left = (page: Page) => phoneOn(page, 'left')
  const right = (page: Page) => phoneOn(page, 'right')

  beforeAll(async () => {
    browser = await startBrowser()
    demo = await playWeb()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    demo?.child.kill('SIGTERM')
    await demo?.ended
  })

  test('both sides are played to a real account, with the picker, live edits and pop-ups', async () => {
    const page = await open()
    const [grace, ada] = [left(page), right(page)]
    await ada.begins()
    await ada.says('700000003')
    await grace.begins()
    await answerAdduser(page, grace, 'Ada Lovelace')
    const card = grace.node.locator('.message.theirs').filter({ hasText: 'What would change on the host' })
    const id = await card.getAttribute('data-id')
    await grace.taps('✅ Approve')
    await grace.node.getByRole('status').filter({ hasText: 'Approved.' }).waitFor()
    await grace.node
      .locator(`[data-id="${id}"]`)
      .filter({ hasText: ', receipt' })
      .filter({ hasText: 'edited' })
      .waitFor()
    await ada.says('Welcome, Ada Lovelace!')
    expect(hasAccount('ada')).toBe(true)
    const host = page.locator('#host')
    await host.getByText('ada').first().waitFor()
    expect(await host.locator('li.new').textContent()).toMatch(/^ada uid \d+, groups .*agents.* new$/)
    // Each hint that was followed is done; the last is open for ever.
    expect(await page.locator('#hints li.done').count()).toBe(4)
    await page.context().close()
  })

  test('somebody asks for access, an admin completes it, and they are let in', async () => {
    const page = await open()
    const [grace, mary] = [left(page), right(page)]
    await grace.begins()
    await mary.becomes('Mary')
    await askForAccess(mary, 'Mary Jackson')
    await grace.says('Mary Jackson asks for access')
    await completeAccess(grace, 'mary')
    await grace.taps('✅ Approve')
    await mary.says('Welcome, Mary Jackson!')
    expect(hasAccount('mary')).toBe(true)
    await page.context().close()
  })

  test('with the keyboard alone: the menu of commands opens by a slash and sends what was chosen', async () => {
    const page = await open()
    await left(page).begins()
    const { text } = left(page)
    await text.focus()
    await page.keyboard.type('/wh')
    await left(page).node.getByRole('option', { name: '/whoami' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await left(page).says('Grace Hopper')
    expect(await text.inputValue()).toBe('')
    // The last own message is edited with the arrow, as in Telegram.
    await left(page).sends('/hepl')
    await left(page).node.locator('.message.mine').filter({ hasText: '/hepl' }).waitFor()
    await page.keyboard.press('ArrowUp')
    expect(await text.inputValue()).toBe('/hepl')
    await page.keyboard.press('End')
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('lp')
    await page.keyboard.press('Enter')
    await left(page)
      .node.locator('.message.mine')
      .filter({ hasText: '/help' })
      .filter({ hasText: 'edited' })
      .waitFor()
    await page.context().close()
  })

  test('what people attach arrives: a contact, a forwarded message, a photo', async () => {
    const page = await open()
    const grace = left(page)
    await grace.begins()
    await grace.sends('/adduser')
    await grace.says('Who shall get access?')
    await grace.attaches('Send a photo')
    await grace.node.locator('.message.mine').filter({ hasText: 'Photo' }).waitFor()
    await grace.attaches("Share somebody's contact …")
    await page.getByRole('dialog').getByRole('button', { name: 'Alan Turing' }).click()
    await grace.node.locator('.message.mine').filter({ hasText: 'Contact: Alan Turing' }).waitFor()
    await grace.sends('/cancel')
    await grace.sends('/adduser')
    await grace.attaches('Forward a message of …')
    await page.getByRole('dialog').getByLabel('They hide who they are').check()
    await page.getByRole('dialog').getByRole('button', { name: 'Joan Clarke' }).click()
    await grace.node.locator('.message.mine').filter({ hasText: 'Forwarded from Joan Clarke' }).waitFor()
    await grace.sends('/cancel')
    await page.context().close()
  })

  test('a phone changes hands, and what happened on it meanwhile is there', async () => {
    const page = await open()
    await right(page).becomes('Joan')
    await right(page).begins()
    await right(page).says('/adduser')
    await right(page).becomes('Alan')
    await right(page).begins()
    await right(page).becomes('Joan')
    await right(page).says('/adduser')
    await page.context().close()
  })

  test('who blocks the bot can come back', async () => {
    const page = await open()
    await right(page).becomes('Alan')
    const alan = right(page)
    await alan.begins()
    await alan.attaches('Block the bot')
    await alan.node.getByRole('button', { name: 'Unblock and restart' }).click()
    await alan.text.waitFor()
    await page.context().close()
  })

  test('on a narrow screen one is seen at a time, and the other tab says that there is news', async () => {
    const page = await open({ viewport: { width: 390, height: 780 } })
    const tabs = page.getByRole('tab')
    expect(await tabs.allInnerTexts()).toEqual([
      expect.stringMatching(/^Grace/),
      expect.stringMatching(/^Ada/),
      expect.stringMatching(/^Guide/),
    ])
    expect(await right(page).node.isVisible()).toBe(false)
    await tabs.nth(0).focus()
    await page.keyboard.press('ArrowRight')
    expect([await left(page).node.isVisible(), await right(page).node.isVisible()]).toEqual([false, true])
    // Somebody else acts as Grace elsewhere.
    const other = await open()
    await left(other).begins()
    await left(other).sends('/help')
    await tabs.nth(0).getByText('new').waitFor()
    await tabs.nth(0).click()
    expect(await tabs.nth(0).getByText('new').count()).toBe(0)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    const send = await left(page).node.getByRole('button', { name: 'Send' }).boundingBox()
    expect(send!.x + send!.width).toBeLessThan(390)
    await other.context().close()
    await page.context().close()
  })

  test.each([
    ['wide', { width: 1360, height: 860 }],
    ['narrow', { width: 390, height: 780 }],
  ])('is accessible by all rules of axe, in light and dark: %s', async (_, viewport) => {
    const page = await open({ viewport })
    const grace = left(page)
    await page.evaluate(axe.source)
    const expectAccessible = async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
        expect({ colorScheme, found }).toEqual({ colorScheme, found: [] })
      }
    }
    await grace.begins()
    await grace.sends('/adduser')
    const picker = grace.node.getByRole('button', { name: 'Choose from Telegram' })
    await picker.click()
    await expectAccessible()
    await page.keyboard.press('Escape')
    await grace.text.fill('/')
    await page.getByRole('listbox').getByRole('option').first().waitFor()
    await expectAccessible()
    await grace.sends('/cancel')
    await page.context().close()
  })

  test('nothing was asked for elsewhere, and nothing went wrong in the page', () => {
    expect(mistakes).toEqual([])
  })

  test('another user of the machine, and a foreign page, get nothing', async () => {
    const { port, pathname } = new URL(demo.url)
    const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
      new Promise<number>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
          answer.resume()
          resolve(answer.statusCode!)
        })
        asked.once('error', reject).end(method === 'POST' ? '{"act":"start","person":700000001}' : undefined)
      })
    const json = { 'content-type': 'application/json' }
    expect(await ask('/', {})).toBe(404)
    expect(await ask(`/${'A'.repeat(32)}/events`, {})).toBe(404)
    expect(await ask(`${pathname}events`, { host: 'evil.example' })).toBe(403)
    expect(await ask(`${pathname}act`, { ...json, origin: 'https://evil.example' }, 'POST')).toBe(403)
    expect(await ask(`${pathname}act`, json, 'POST')).toBe(403)
    expect(await ask(`${pathname}../main.ts`, {})).toBe(404)
    expect(await ask(`${pathname}act`, { ...json, origin: `http://127.0.0.1:${port}` }, 'POST')).toBe(200)
  })

  test('ends from the page, which then says so, and leaves nothing', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'End the demo' }).click()
    await page.getByText('The demo has ended.').waitFor()
    expect(await demo.ended).toBe(0)
    expect(demo.output()).toContain('ended from the page')
    expect(hasAccount('grace')).toBe(false)
    await page.context().close()
  })
})

describe('the page of the demo', { timeout: 60_000 }, () => {
  test('is on the port that was asked for, and ends with Ctrl-C with nothing left', async () => {
    const before = readdirSync('/home').sort()
    const demo = await playWeb('--port', '47113')
    expect(new URL(demo.url).port).toBe('47113')
    // From the terminal, and again from whoever holds the namespaces.
    demo.child.kill('SIGINT')
    demo.child.kill('SIGTERM')
    expect(await demo.ended).toBe(0)
    expect(readdirSync('/home').sort()).toEqual(before)
    expect(hasAccount('grace')).toBe(false)
  })

  test('without root is played in single-user mode, and leaves nothing behind', async () => {
    const tool = { cwd: '/', env: CLEAN_ENVIRONMENT }
    expect((await runCommand(['useradd', '--create-home', 'demo-person'], tool)).status).toBe(0)
    const browser = await startBrowser()
    try {
      const env = { ...CLEAN_ENVIRONMENT, HOME: '/tmp' }
      const demo = await startWebDemo(MAIN, [], env, 'demo-person')
      const page = await browser.newPage()
      await page.goto(demo.url)
      await page.getByText('in single-user mode with your own account').waitFor()
      const grace = phoneOn(page, 'left')
      await grace.begins()
      await grace.says('/adduser')
      await page.getByText('The roster, users.yaml').click()
      await page.getByText('users: []').waitFor()
      demo.child.kill('SIGINT')
      await page.getByText('The demo has ended.').waitFor()
      expect(await demo.ended).toBe(0)
      expect(demo.output()).toContain('ended; everything is cleaned up')
      expect(readdirSync('/tmp').filter((name) => name.startsWith('usher-demo-'))).toEqual([])
    } finally {
      await browser.close()
      await runCommand(['userdel', '--remove', 'demo-person'], tool)
    }
  })
})
