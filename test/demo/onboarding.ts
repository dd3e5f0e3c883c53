/** The conversation: an admin gives somebody access from her phone, question by question. */
import type { RunView } from '../../src/protocol/views.ts'
import type { Pattern } from '../support/chat-driver/pattern.ts'
import type { Stage } from '../support/stage/stage.ts'
import type { Actor } from './cast.ts'
import type { Paper } from './paper.ts'

/** From /adduser to the review card; resolves when the card is there. */
export async function askForAccess(
  paper: Paper,
  admin: Actor,
  newcomer: { id: number },
  account: { label: Pattern; adopt?: Pattern },
): Promise<void> {
  const { person, chat } = admin
  await person.sends('/adduser')
  await person.sees('Who shall get access?')
  await chat.catchUp()
  paper.does(admin.name, 'presses [ 👤 Choose from Telegram ] and picks Ada from her contacts')
  await person.picks(newcomer)
  await person.sees('Which account')
  await tap(paper, admin, account.label)
  if (account.adopt !== undefined) await tap(paper, admin, account.adopt)
  await person.sees('Which role?')
  await tap(paper, admin, 'user')
  await person.sees('What is their name?')
  await tap(paper, admin, /Ada/)
  await person.sees('GitHub login?')
  await person.sends('ada-lovelace')
  await person.sees('Personal defaults')
  await tap(paper, admin, 'Keep all')
  await person.sees('GitHub routing')
  await tap(paper, admin, 'Skip')
  await person.sees('What would change on the host', { buttons: [/Approve/, /Edit/, 'Cancel'] })
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
