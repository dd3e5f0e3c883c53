import { renderUnicodeCompact } from 'uqr'
import type { FactorView } from '../../protocol/views-factors.ts'
import { timeText } from '../../texts/duration.ts'
import type { Line } from '../../texts/line.ts'
import { plain } from '../../texts/plain.ts'
import type { Words } from '../../texts/words.ts'
import { done, failed, type Outcome, refused } from '../outcome.ts'
import type { Session } from '../session.ts'
import type { AddVerb } from './act.ts'

/** How often a code may be wrong before enrolling is given up. */
const TRIES = 3

/** `usher totp …`: second factors for approving in chat; root's alone. */
export const addTotp: AddVerb = (program, act) => {
  const totp = program
    .command('totp')
    .description('second factors for approving in chat, and for the approver account')
  totp
    .command('enroll')
    .description('shows a QR code for an authenticator app, and asks for a code of it before it counts')
    .argument('<person>', 'OS user or Telegram id')
    .action(act(enroll))
  totp
    .command('reset')
    .description('switches a factor on again that too many wrong codes have switched off')
    .argument('<person>', 'OS user or Telegram id')
    .action(
      act(async ({ client, signal, words }, person: string) => {
        const answer = await client.call('totp.reset', { person: person.slice(0, 200) }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ factor: answer.factor }, [factorLine(words, answer.factor, 'done')])
      }),
    )
  totp
    .command('remove')
    .description('forgets a factor: its person approves nothing in chat any more that needs one')
    .argument('<person>', 'OS user or Telegram id')
    .action(
      act(async ({ client, signal, words }, person: string) => {
        const answer = await client.call('totp.remove', { person: person.slice(0, 200) }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const text = answer.ended ? 'the second factor is forgotten' : 'there was none'
        return done({ ended: answer.ended }, [{ mark: 'done', text }])
      }),
    )
  totp
    .command('status')
    .description('who has a second factor, and whether it counts')
    .action(
      act(async ({ client, signal, words }) => {
        const answer = await client.call('totp.list', {}, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const { factors } = answer
        const lines = factors.map((factor) => factorLine(words, factor, 'none'))
        return done(
          { factors },
          lines.length > 0 ? lines : [{ mark: 'none', text: 'nobody has a second factor' }],
        )
      }),
    )
}

/** The secret is printed once, to the terminal that asked, and stands nowhere else. */
async function enroll({ client, prompter, signal, words }: Session, person: string): Promise<Outcome> {
  if (prompter === null) {
    return failed(
      'bad_request',
      'cannot enroll without a terminal: a secret must not end in a file or a pipe',
    )
  }
  const made = await client.call('totp.enroll', { person: person.slice(0, 200) }, { signal })
  if (!made.ok) return refused(words, made.error)
  const { telegram_id: telegramId, name, secret, uri } = made
  const who = name === null ? `Telegram user ${telegramId}` : plain(name, 64)
  await prompter.show([
    {
      mark: 'none',
      text: `${who} scans this with an authenticator app, best on another device than the one with Telegram:`,
    },
    ...renderUnicodeCompact(uri, { border: 2 })
      .split('\n')
      .map((text): Line => ({ mark: 'none', text })),
    { mark: 'none', text: `or types it there: ${(secret.match(/.{1,4}/g) ?? []).join(' ')}` },
    { mark: 'none', text: uri },
  ])
  for (let tries = 0; tries < TRIES; tries++) {
    const asked = await prompter.text({
      message: 'The six digits that the app shows now',
      check: (text) => (/^[0-9]{3}[ -]?[0-9]{3}$/.test(text.trim()) ? null : 'type the six digits'),
    })
    if (asked.kind !== 'answer') break
    const proven = await client.call(
      'totp.prove',
      { telegram_id: telegramId, code: asked.value.trim() },
      { signal },
    )
    if (proven.ok) {
      return done({ factor: proven.factor }, [
        { mark: 'done', text: `the second factor of ${who} counts from now on; clear this screen` },
      ])
    }
    if (proven.error.code !== 'factor_refused') return refused(words, proven.error)
    await prompter.show([{ mark: 'failed', text: plain(proven.error.message, 300) }])
  }
  return failed(
    'declined',
    'no code was proven: the new secret does not count, and what counted before still does',
  )
}

function factorLine(words: Words, factor: FactorView, mark: Line['mark']): Line {
  const { telegram_id, name, state, enrolled_at, failures } = factor
  const who = name === null ? '' : `${plain(name, 64)}, `
  const how =
    state === 'active' ? 'counts' : "switched off after too many wrong codes: 'sudo usher totp reset'"
  const wrong = failures === 0 ? '' : `, ${failures} wrong codes in a row`
  return {
    mark,
    text: `${who}Telegram id ${telegram_id}: ${how}${wrong}, since ${timeText(words, enrolled_at)}`,
  }
}
