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
  /** Waits until the bot's newest message is this question: an older one of the same words is no longer answered. */
  asks(text: string | RegExp): Promise<void>
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
    asks: (wanted) => node.locator('.message.theirs').last().filter({ hasText: wanted }).waitFor(),
    async begins() {
      const start = node.getByRole('button', { name: 'Start', exact: true })
      const begun = node.locator('.message.theirs').first().waitFor()
      // A page that is still being filled shows the button until it knows that the chat has begun: then there is nothing to press.
      if (await start.isVisible()) await Promise.race([start.click().catch(() => undefined), begun])
      await begun
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
  await admin.asks('Which account on the host?')
  await admin.taps(newcomer.split(' ')[0]!.toLowerCase())
  await admin.asks('Which role?')
  await admin.taps('user')
  await admin.asks('What is their name?')
  await admin.taps(newcomer)
  await admin.asks('GitHub login?')
  await admin.taps('Skip')
  await admin.asks('Personal defaults')
  await admin.taps('Keep all')
  await admin.asks('GitHub routing')
  await admin.taps('Skip')
  await admin.asks('What would change on the host')
}

/** As somebody whom the bot does not know: from Start to waiting for an answer. */
export async function askForAccess(newcomer: PhoneOnPage, name: string): Promise<void> {
  await newcomer.begins()
  await newcomer.taps('Ask for access')
  await newcomer.asks('What is your name?')
  await newcomer.taps(name)
  await newcomer.asks('GitHub login')
  await newcomer.taps('Skip')
  await newcomer.asks('the admins should know')
  await newcomer.taps('Skip')
  await newcomer.taps('✅ Send')
  await newcomer.says('You asked for access')
}

/** As an admin: from the card of who asks to the review card, with the shortest answers. */
export async function completeAccess(admin: PhoneOnPage, osUser: string): Promise<void> {
  await admin.taps('✏️ Complete')
  await admin.asks('Which account')
  await admin.sends(osUser)
  await admin.asks('Which role?')
  await admin.taps('user')
  await admin.asks('Personal defaults')
  await admin.taps('Keep all')
  await admin.asks('GitHub routing')
  await admin.taps('Skip')
  await admin.asks('What would change on the host')
}
