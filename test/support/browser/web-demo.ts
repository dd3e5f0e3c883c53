/** The demo as a chat, driven as a visitor would: its process, and hands on its page. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Locator, Page } from 'playwright-core'
import { becoming } from '../stage/command.ts'

export interface RunningDemo {
  url: string
  output(): string
  /** Resolves with the exit status. */
  ended: Promise<number | null>
  child: ChildProcess
}

/** Starts `test/demo/main.ts` with these words, as somebody or as the caller, and waits for the address that it prints. */
export async function startWebDemo(
  main: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  as?: string,
): Promise<RunningDemo> {
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', main, '--web', ...words]
  const [program, ...args] = as === undefined ? argv : [...becoming(as), ...argv]
  const child = spawn(program!, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        const found = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/\S+\/)$/m.exec(output)?.[1]
        if (found !== undefined) resolve(found)
      })
    }
    void ended.then(() => reject(new Error(`the demo ended before it had a page: ${output}`)))
  })
  return { url, output: () => output, ended, child }
}

/** One phone on the page. */
export interface PhoneOnPage {
  node: Locator
  /** Where somebody writes. */
  text: Locator
  /** The newest message of the bot that says this. */
  message(text: string | RegExp): Locator
  /** Waits for such a message. */
  says(text: string | RegExp): Promise<void>
  /** Presses Start unless that was done before, and waits for an answer. */
  begins(): Promise<void>
  sends(text: string): Promise<void>
  /** Taps the newest inline button of that name. */
  taps(name: string | RegExp): Promise<void>
  /** Opens what can be attached, and chooses. */
  attaches(what: string): Promise<void>
  /** Gives the phone to somebody else. */
  becomes(name: string): Promise<void>
}

export function phoneOn(page: Page, side: 'left' | 'right'): PhoneOnPage {
  const node = page.locator(`#phone-${side}`)
  const text = node.getByLabel('Message', { exact: true })
  const message = (wanted: string | RegExp) =>
    node.locator('.message.theirs').filter({ hasText: wanted }).last()
  return {
    node,
    text,
    message,
    says: (wanted) => message(wanted).waitFor(),
    async begins() {
      const start = node.getByRole('button', { name: 'Start', exact: true })
      if (await start.isVisible()) await start.click()
      await node.locator('.message.theirs').first().waitFor()
    },
    async sends(words) {
      await text.fill(words)
      await text.press('Enter')
    },
    taps: (name) => node.locator('.buttons').getByRole('button', { name, exact: true }).last().click(),
    async attaches(what) {
      await node.getByRole('button', { name: 'Attach' }).click()
      await node.getByRole('button', { name: what }).click()
    },
    async becomes(name) {
      const choice = node.getByLabel('Whose phone is this')
      const labels = await choice.locator('option').allTextContents()
      await choice.selectOption({ label: labels.find((label) => label.startsWith(name))! })
    },
  }
}

/** As an admin: from /adduser to the review card, with the shortest answers. */
export async function answerAdduser(page: Page, admin: PhoneOnPage, newcomer: string): Promise<void> {
  await admin.sends('/adduser')
  await admin.node.getByRole('button', { name: 'Choose from Telegram' }).click()
  await page.getByRole('dialog').getByRole('button', { name: newcomer }).click()
  await admin.says('Which account on the host?')
  await admin.taps(newcomer.split(' ')[0]!.toLowerCase())
  await admin.says('Which role?')
  await admin.taps('user')
  await admin.says('What is their name?')
  await admin.taps(newcomer)
  await admin.says('GitHub login?')
  await admin.taps('Skip')
  await admin.says('Personal defaults')
  await admin.taps('Keep all')
  await admin.says('GitHub routing')
  await admin.taps('Skip')
  await admin.says('What would change on the host')
}
