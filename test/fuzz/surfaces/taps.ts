import fc from 'fast-check'
import { engineClient } from '../../conversations/support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from '../../conversations/support/scene.ts'
import { toReview } from '../../conversations/support/walk.ts'
import type { Person } from '../../support/chat-driver/person.ts'
import { engineFixture, type Fixture, operator } from '../../support/engine-fixture.ts'
import { DATA } from '../../support/fake-host.ts'
import { checkEngineLaws } from '../engine-laws.ts'
import { type Exploration, runParameters, type Surface } from '../surface.ts'

const LIN = 222_000_222
const BOUND_MS = 10_000
/** Taps that are under way together; one run of the property. */
const VOLLEY = 8

interface Tapped {
  /** Index of who taps, in whose chat, on which message. */
  who: number
  chat: number
  message: number
  /** By whom the cards that are alive belong to, in their own chat, on that very card; null: as above. */
  home: number | null
  data: Shape
}
type Shape =
  | { kind: 'any'; data: string }
  /** Nearly a button: real request and digest, a nonce that nobody was given. */
  | { kind: 'forged'; verb: string; nonce: string; id: number | null }
  /** Somebody's real button, as it was or with one character changed, from wherever it does not belong. */
  | { kind: 'moved'; button: number; flip: number | null }

const anyData = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 64 }).filter((text) => text.isWellFormed()),
  fc.string({ unit: 'grapheme', maxLength: 16 }),
  fc.constantFrom(
    '',
    'c:',
    'c:a',
    'c:a:1',
    'q:',
    'q:x',
    'c:a:0::',
    'c:z:1:aaaaaaaaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaaaaaaaa',
    '\0',
    ':'.repeat(64),
    '/adduser',
    'c:e:99999999999999:x:y',
  ),
  fc
    .tuple(fc.constantFrom('c:', 'q:', 'c:a:', 'c:e:1:'), fc.string({ maxLength: 50 }))
    .map((parts) => parts.join('')),
)
const base64 = fc.stringMatching(/^[\w-]{22}$/)
const tapped: fc.Arbitrary<Tapped> = fc.record({
  who: fc.nat(3),
  chat: fc.nat(3),
  message: fc.oneof(fc.nat(60), fc.constantFrom(0, 2 ** 31 - 1)),
  home: fc.option(fc.nat(3), { freq: 2 }),
  data: fc.oneof(
    fc.record({ kind: fc.constant('any' as const), data: anyData }),
    fc.record({
      kind: fc.constant('forged' as const),
      verb: fc.constantFrom('a', 'e', 'x', 'd', 't', 'u', 'k', 'r', 'l', 'y', 'A'),
      nonce: base64,
      id: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 4 }),
    }),
    fc.record({
      kind: fc.constant('moved' as const),
      button: fc.nat(20),
      flip: fc.option(fc.nat(63), { freq: 2 }),
    }),
  ),
})

interface Button {
  chat: number
  message: number
  data: string
}

interface Stage {
  engine: Fixture
  scene: Scene
  people: Person[]
  /** What the cards' buttons really carry. */
  buttons: Button[]
  messages: number[]
  /** The cards that are still alive: a draft, a run that was undone, one that succeeded, a reconciliation. */
  cards: Alive[]
}

interface Alive {
  message_id: number
  /** What its buttons are about. */
  id: number
  digest: string
}

async function openStage(): Promise<Stage> {
  let isBroken = false
  const engine = await engineFixture({
    script: { 'smoke-test': { apply: () => (isBroken ? { code: 'agent_command_failed' } : undefined) } },
  })
  engine.time.now = Date.now() + 60_000
  const scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN]) })
  await scene.start()
  const newcomer = async (name: string) => {
    const person = await scene.driver.person({ first_name: name })
    await person.starts()
    await person.sees(String(person.id))
    return person
  }
  const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
  await lin.starts()
  await lin.sees('/adduser')
  const ada = await newcomer('Ada')
  const eve = await newcomer('Eve')
  const card = async (person: Person, osUser: string, label: string, end: string) => {
    const shown = await toReview(scene, person, { osUser })
    const [newest] = engine.store.requests.list({ open: false, limit: 1 })
    if (label !== '') {
      await scene.admin.taps(label, { on: shown })
      await scene.admin.seesOn(shown, end)
    }
    const digest = newest?.plan.digest.slice(0, 22) ?? ''
    return { message_id: shown.message_id, id: newest?.id ?? 0, digest }
  }
  await card(ada, 'ada', 'Cancel', 'cancelled')
  isBroken = true
  const undone = await card(ada, 'ada', '✅ Approve', 'Nothing of this run is left')
  isBroken = false
  const bo = await newcomer('Bo')
  const succeeded = await card(bo, 'bo', '✅ Approve', 'was told in their own chat')
  const draft = await card(eve, 'eve', '', '')
  engine.machine.paths.delete(`${DATA}/memory/${bo.id}`)
  const { reconciliation } = await engine.ok(operator, 'reconcile.run', {})
  const { message_id } = await scene.admin.sees('The host differs', { buttons: ['🔧 Repair', 'Leave it'] })
  await lin.sees('The host differs', { buttons: ['🔧 Repair', 'Leave it'] })
  const drift = { message_id, id: reconciliation.id ?? 0, digest: reconciliation.digest ?? '' }
  await scene.settled()
  const people = [scene.admin, lin, ada, eve]
  const chats = await Promise.all(people.map((person) => person.chat()))
  const messages = chats.flatMap((chat) => chat.messages).map(({ message_id }) => message_id)
  const buttons = chats.flatMap(({ chat_id: chat, messages: shown }) =>
    shown.flatMap(({ message_id: message, history }) =>
      history.flatMap((look) =>
        look.buttons.flat().flatMap(({ data }) => (data === undefined ? [] : [{ chat, message, data }])),
      ),
    ),
  )
  return { engine, scene, people, buttons, messages, cards: [draft, undone, succeeded, drift] }
}

/** What the tap carries, and whether it is the very tap that the button is there for. */
function loaded({ buttons, cards }: Stage, { data, home }: Tapped): { text: string; from: Button | null } {
  switch (data.kind) {
    case 'any':
      return { text: data.data, from: null }
    case 'forged': {
      const { id, digest } = cards[home ?? 0]!
      return { text: `c:${data.verb}:${data.id ?? id}:${digest}:${data.nonce}`, from: null }
    }
    case 'moved': {
      const button = buttons[data.button % buttons.length]!
      if (data.flip === null) return { text: button.data, from: button }
      const at = data.flip % button.data.length
      const other = button.data[at] === 'A' ? 'B' : 'A'
      return { text: button.data.slice(0, at) + other + button.data.slice(at + 1), from: null }
    }
  }
}

async function tapAll(stage: Stage, volley: readonly Tapped[]): Promise<number> {
  const { scene, people, messages, engine } = stage
  const { requests, runs } = engine.store
  const decided = () => [
    ...requests.list({ open: false, limit: 100 }).map(({ id, state, revision }) => [id, state, revision]),
    ...runs.inState(['succeeded', 'undone', 'failed']).map(({ id, state, closed }) => [id, state, closed]),
  ]
  const before = JSON.stringify(decided())
  const sent: { chat: number; query: string; what: string }[] = []
  await Promise.all(
    volley.map(async (one) => {
      const card = one.home === null ? null : stage.cards[one.home]!
      const who = card === null ? people[one.who]! : scene.admin
      const chat = card === null ? people[one.chat]!.id : who.id
      const message = card?.message_id ?? messages[one.message] ?? one.message
      const { text, from } = loaded(stage, one)
      // Its own button under its own finger is no attack.
      if (from !== null && who.id === chat && from.chat === chat && from.message === message) return
      const { query_id: query } = await who.forgesTap(message, text, { chat })
      // A stranger who taps for long gets silence.
      if (!isAdmin(who)) return
      sent.push({ chat, query, what: `${JSON.stringify(text)} by ${who.id} on ${message} in ${chat}` })
    }),
  )
  const until = performance.now() + BOUND_MS
  await scene.settled()
  for (const { chat, query, what } of sent) {
    for (;;) {
      const { callbacks, version } = await scene.server.control.chat({ chat })
      if (callbacks.find(({ id }) => id === query)?.answer !== undefined) break
      if (performance.now() > until) throw new Error(`no answer to the tap ${what}`)
      await scene.server.control.waitForChange({ since: version, timeout_ms: 50 })
    }
  }
  const after = JSON.stringify(decided())
  if (after !== before) throw new Error(`a forged tap decided: ${before} became ${after}`)
  return sent.length
}

const isAdmin = ({ id }: Person) => id === ADMIN_ID || id === LIN

export const taps: Surface = {
  name: 'taps',
  what: 'callback data of any kind, stale and foreign, by anybody in any chat: each of an admin answered, none decides',
  inputs: 6000,
  needsSandbox: false,
  async explore(plan: Exploration) {
    const stage = await openStage()
    let inputs = 0
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(tapped, { minLength: 1, maxLength: VOLLEY, size: 'max' }),
          async (volley) => {
            inputs += await tapAll(stage, volley)
          },
        ),
        runParameters(plan, plan.inputs / (VOLLEY / 2)),
      )
      checkEngineLaws(stage.engine)
      // The bot is as it was: the real buttons still do what they say.
      await stage.scene.admin.taps('📌 Keep', { on: stage.cards[1]!, earlier: true })
      await stage.scene.admin.seesOn(stage.cards[1]!, 'It stays undone, noted by')
      await stage.scene.admin.taps('🔧 Repair', { on: stage.cards[3]!, earlier: true })
      await stage.scene.admin.seesOn(stage.cards[3]!, 'The host was repaired')
      await stage.scene.admin.taps('✅ Approve', { on: stage.cards[0]!, earlier: true })
      await stage.scene.admin.seesOn(stage.cards[0]!, 'succeeded')
    } finally {
      await removeScene(stage.scene)
      await stage.engine.remove()
    }
    return inputs
  },
}
