/** The conversation: an admin gives somebody access from her phone, question by question. */
import type { RunView } from '../../src/protocol/views.ts'
import type { Pattern } from '../support/chat-driver/pattern.ts'
import { answerAdduser } from '../support/stage/adduser.ts'
import type { Stage } from '../support/stage/stage.ts'
import type { Actor } from './cast.ts'
import type { Paper } from './paper.ts'

/** From /adduser to the review card, printed; resolves when the card is there. */
export async function askForAccess(
  paper: Paper,
  admin: Actor,
  newcomer: { id: number; first_name: string },
  account: { label: Pattern; adopt?: boolean },
): Promise<void> {
  const { person, chat, name } = admin
  const answers = { newcomer, account: account.label, adopt: account.adopt, github: 'ada-lovelace' }
  await answerAdduser(person, answers, {
    tap: (label) => tap(paper, admin, label),
    async pick(picked) {
      await chat.catchUp()
      paper.does(name, `presses [ 👤 Choose from Telegram ] and picks ${newcomer.first_name}`)
      await person.picks(picked)
    },
  })
  await chat.catchUp()
}

/** Prints the chat so far and the tap, then taps. */
export async function tap(paper: Paper, { person, name, chat }: Actor, label: Pattern): Promise<number> {
  const found = await person.finds(label)
  await chat.catchUp()
  paper.does(name, `taps [ ${found.label} ]`)
  const { message_id } = await person.taps(label, { on: found })
  return message_id
}

/** Approve, and watch the card until it is the receipt. */
export async function watchRun(paper: Paper, admin: Actor, stage: Stage): Promise<RunView> {
  const message_id = await tap(paper, admin, /Approve/)
  await admin.chat.during(admin.person.seesOn({ message_id }, /, receipt/, { timeoutMs: 60_000 }))
  await admin.chat.during(admin.person.seesOn({ message_id }, /was told|Pass this link|undone|failed/))
  const { status, json } = await stage.usherJson(['run', 'show', '1'])
  const run = (json as { run?: RunView }).run
  if (status !== 0 && run === undefined) throw new Error(`cannot read the run: ${JSON.stringify(json)}`)
  return run!
}
