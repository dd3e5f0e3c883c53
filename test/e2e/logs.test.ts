import { expect, test } from 'vitest'
import { enrollPerson } from '../support/attacks/authenticator.ts'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { GROUP, JOAN } from '../support/stage/scene.ts'

const SEEDED = 'SEEDED-CANARY of the template'
const scene = playOn({
  logLevel: 'trace',
  config: {
    roles: { user: { groups: [GROUP] }, lead: { approval: { step_up: 'witness' } } },
    approval: { hold: 'none' },
    witness: {},
  },
  files: [{ path: '/etc/usher/MEMORY.md.example', text: `# ${SEEDED}\n` }],
})

/** What people say, what programs print, and what must stay secret: none of it may be in any log. */
const SAID = {
  asked: 'Canary Mc Askface',
  note: 'my canary note: please let me in',
  hub: 'canary-hub-login',
  typed: 'CANARY what an admin typed for no reason',
  named: 'Canary Von Named',
  denied: 'canary-reason-of-the-denial',
  invited: 'canary-note-of-the-invitation',
  blocked: 'canary-reason-of-the-block',
}
const PRINTED = ['CANARY-ON-STDOUT', 'CANARY-ON-STDERR']

test('no log of worker, bot and witness has a secret, a text, a name or what a program said, at the finest level', async () => {
  const { grace, newcomer, client, usher, usherJson, witness, botApi, logs, setAgent, runOf } = scene()
  const secrets = [botApi.token, botApi.token.split(':')[1] ?? '', 'the-token-of-the-witness-in-tests']
  const app = await enrollPerson(client, 'grace')
  const seer = await witness!.chat.person({ id: 700_000_001, first_name: 'Grace', last_name: 'Hopper' })
  await seer.starts()

  // A stranger asks, with everything typed, and an admin denies it with a reason.
  const stranger = await newcomer()
  await stranger.person.starts()
  await stranger.person.taps('Ask for access')
  await stranger.person.sees('What is your name?')
  await stranger.person.sends(SAID.asked)
  await stranger.person.sees('GitHub login')
  await stranger.person.sends(SAID.hub)
  await stranger.person.sees('the admins should know')
  await stranger.person.sends(SAID.note)
  await stranger.person.taps('✅ Send')
  await grace.sees(SAID.note)
  const { json } = await usherJson(['access', 'list'])
  const [waiting] = (json as { access: { id: number }[] }).access
  await client.call('access.deny', { id: waiting?.id ?? 0, reason: SAID.denied }, { idempotencyKey: 'deny' })

  // Codes of an invitation, and reasons.
  const made = await usherJson(['invite', '--role', 'user', '--note', SAID.invited])
  const { code } = made.json as { code: string }
  await usher(['block', String(JOAN.id + 50), '--reason', SAID.blocked])
  await grace.sends(SAID.typed)

  // A run that fails because the agent does, and says a lot.
  setAgent(`echo ${PRINTED[0]}; echo ${PRINTED[1]} >&2; exit 7`)
  const failing = await newcomer()
  const failed = await answerAdduser(grace, { newcomer: failing, account: failing.osUser, name: SAID.named })
  await grace.taps(/Approve/, { on: failed })
  await grace.seesOn(failed, PRINTED[1] ?? '')
  await expect.poll(async () => (await runOf(failed)).state, { timeout: 15_000 }).toBe('undone')
  const run = await runOf(failed)

  // An approval with the witness's code and one of the app, in a message.
  setAgent('exit 0')
  const leading = await newcomer()
  const card = await answerAdduser(grace, { newcomer: leading, account: leading.osUser, role: 'lead' })
  await grace.taps(/Approve/, { on: card })
  await grace.sees('The witness sends you a code of eight digits')
  const shown = await seer.sees(/code is [0-9]{4} [0-9]{4}/)
  const seen = /code is ([0-9]{4} [0-9]{4})/.exec(shown.text)?.[1] ?? ''
  const totp = await app.code()
  await grace.sends(`${seen} ${totp}`)
  await grace.seesOn(card, /, receipt/)

  const text = logs()
  const lines = text.split('\n').filter((line) => line.startsWith('{'))
  expect(lines.length).toBeGreaterThan(30)
  for (const process of ['"process":"bot"', '"process":"witness"']) expect(text).toContain(process)
  const forbidden = [
    ...Object.values(SAID),
    ...PRINTED,
    ...secrets,
    ...[code, seen, seen.replace(' ', ''), SEEDED, 'CANARY', 'Canary', 'Hopper'],
  ]
  expect(forbidden.filter((canary) => text.includes(canary))).toEqual([])
  // Six digits are also part of a time or a number: a code stands by itself.
  expect(text).not.toMatch(new RegExp(`(?<![0-9.])${totp}(?![0-9])`))

  // Whoever follows one run finds each of its steps.
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const ofRun = told.filter((line) => line['run'] === run.id)
  expect(ofRun.every((line) => line['request'] === run.request_id)).toBe(true)
  expect(ofRun).toContainEqual(
    expect.objectContaining({ msg: 'step', step: 'account', outcome: 'applied', ms: expect.any(Number) }),
  )
  expect(ofRun).toContainEqual(expect.objectContaining({ msg: 'run', state: 'undone' }))
  const approvals = told.filter(({ operation }) => operation === 'request.approve')
  expect(approvals).toContainEqual(
    expect.objectContaining({ request: run.request_id, actor: 'telegram', outcome: 'ok' }),
  )
})
