import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let lin: Person
let ada: Person
beforeEach(async () => {
  scene = await createScene({ moreAdmins: [LIN] })
  lin = await scene.driver.person({ id: LIN, first_name: 'Lin', language_code: 'de' })
  ada = await scene.driver.person({ first_name: 'Ada', last_name: 'Lovelace', language_code: 'de' })
  await scene.start()
})
afterEach(() => removeScene(scene))

/** What the bot has said to somebody, at any time, that has English words in it; what roles may do stands in the config. */
const englishIn = async (person: Person) => {
  const said = (await person.chat()).messages.filter(({ from_bot }) => from_bot)
  const looks = said.flatMap(({ history }) => history.map(({ text }) => text))
  const ours = looks.flatMap((text) => text.split('\n')).filter((line) => !line.startsWith('• '))
  return ours.filter((line) => /\b(the|and|is|of|with|you|not|they|were|yes|from)\b/i.test(line))
}

describe('/adduser in German', () => {
  it('leads from the first question to the welcome, with the bot restarted between any two updates', async () => {
    const between = async () => {
      await scene.settled()
      await scene.restart()
    }
    await ada.starts()
    await ada.sees(`gib deinem Admin diese Nummer: ${ada.id}`)
    await lin.sends('/adduser')
    await lin.sees('Wer soll Zugang bekommen?', { buttons: ['👤 In Telegram auswählen'] })
    await between()
    await lin.picks(ada)
    await lin.sees(`✅ Person: Ada Lovelace, ID ${ada.id} (hat mir selbst geschrieben)`)
    await lin.sees('Welches Konto auf dem Rechner?', { buttons: ['ada', '‹ Zurück', 'Abbrechen'] })
    await between()
    await lin.taps('ada', { earlier: true })
    await lin.sees(/✅ Konto: ada \(neu\)\s+Welche Rolle\?/, { buttons: ['user', 'admin'] })
    await between()
    await lin.taps('user', { earlier: true })
    await lin.sees(/✅ Rolle: user\s+Wie heißt die Person\?/, { buttons: ['Ada Lovelace'] })
    await between()
    await lin.taps('Ada Lovelace', { earlier: true })
    await lin.sees('Das GitHub-Konto der Person?', { buttons: ['Überspringen'] })
    await between()
    await lin.sends('Überspringen')
    await lin.sees('Persönliche Vorgaben', { buttons: ['Alles so lassen', /^✏️ Modell/] })
    await between()
    await lin.taps(/^✏️ Modell/, { earlier: true })
    await lin.sees('Geerbt: large. Tipp einen Wert ein, oder nimm „Erben“.', { buttons: ['Erben'] })
    await between()
    await lin.sends('small')
    await lin.sees('✏️ Modell: small', { buttons: ['Weiter'] })
    await between()
    await lin.taps('Weiter', { earlier: true })
    await lin.sees('GitHub-Anbindung', { buttons: ['Überspringen'] })
    await lin.taps(/^✏️ PR/)
    await lin.sees('Soll der Agent für diese Person Pull Requests prüfen?', {
      buttons: ['Ja', 'Nein', 'Erben'],
    })
    await lin.sends('Nein')
    await lin.sees(/PR.*: nein/)
    await between()
    await lin.taps('Weiter', { earlier: true })
    const card = await lin.sees('Was sich auf dem Rechner ändern würde:', {
      buttons: ['✅ Genehmigen', '✏️ Bearbeiten', 'Abbrechen'],
    })
    await between()
    await lin.taps('✅ Genehmigen', { on: card })
    await lin.seesToast('Genehmigt.')
    await ada.sees(/^Willkommen, Ada Lovelace! Dein Konto ada auf burrow ist bereit/)
    expect(scene.worker.requests.at(-1)).toMatchObject({
      state: 'approved',
      answers: { telegram_id: ada.id, os_user: 'ada', model: 'small', pr_review: false, proof: 'started' },
    })
    await lin.seesOn(card, 'weiß im eigenen Chat Bescheid')
    expect(await englishIn(lin)).toEqual([])
    expect(await englishIn(ada)).toEqual([])
  })

  it('takes what stands on a button of another language for a tap, letter by letter', async () => {
    await lin.sends('/adduser')
    await lin.sees('Wer soll Zugang bekommen?')
    await lin.sends(String(ada.id))
    await lin.sees('von Hand eingetippt, nicht nachgewiesen')
    await lin.sends('ada7')
    await lin.sees('Welche Rolle?')
    await lin.sends('‹ Back')
    await lin.sees('Welches Konto')
    await lin.sends('ada7')
    await lin.sends('user')
    await lin.sends('Ada')
    await lin.sees('GitHub-Konto')
    await lin.sends('Skip')
    await lin.sees('Persönliche Vorgaben')
    await lin.sends('Keep all')
    await lin.sees('GitHub-Anbindung')
    await lin.sends('‹ Zurück')
    await lin.sees('Persönliche Vorgaben')
  })

  it('explains what was not understood, and a command in the middle of a question works', async () => {
    await lin.sends('/adduser')
    await lin.sees('Wer soll Zugang bekommen?')
    await lin.sendsPhoto()
    await lin.sees('Ich brauche eine Person')
    await lin.sends('@ada_l')
    await lin.sees('darum brauche ich die numerische ID')
    await lin.forwards(ada, 'hallo', { hidden: true })
    await lin.sees('Ada Lovelace verbirgt in weitergeleiteten Nachrichten den Absender')
    await lin.sends('/nonsense')
    await lin.sees('Das kann ich nicht, solange die Frage oben auf ihre Antwort wartet')
    await lin.sends('/status')
    await lin.sees('Usher 0.1.0 ist bereit')
    await lin.sends('0')
    await lin.sees(/^❌ kann .*0/)
    await lin.sends('/cancel')
    await lin.sees('Abgebrochen. Es wurde nichts geändert.')
  })

  it('says in German that the worker is away, in the dialogue and at its buttons', async () => {
    await lin.sends('/adduser')
    await lin.sees('Wer soll Zugang bekommen?')
    scene.worker.away = true
    await lin.sends('/status')
    await lin.sees('Der Worker antwortet gerade nicht')
    scene.worker.away = false
  })
})

describe('one event', () => {
  it('is told to a German newcomer and an English admin in their own language', async () => {
    await ada.starts()
    await ada.sees('Ich arbeite leider nur für Leute')
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, 'was told in their own chat')
    await ada.sees('Dein Konto newbie auf burrow ist bereit')
  })

  it('is on the cards of two admins, each in their own language, and is drawn anew in another that is chosen', async () => {
    await lin.starts()
    await lin.sees('gibt Leuten Zugang')
    const card = await toReview(scene, ada, { role: 'two' })
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, 'Needs 2 approvals, has 1')
    const theirs = await lin.sees('New Bie', { buttons: ['✅ Genehmigen', 'Ablehnen'] })
    await lin.seesOn(theirs, 'Braucht 2 Genehmigungen, hat 1')
    await lin.sends('/language')
    await lin.taps('English')
    await lin.sees('From now on')
    await lin.seesOn(theirs, 'Needs 2 approvals, has 1', { buttons: ['✅ Approve', 'Deny'] })
    await lin.taps('✅ Approve', { on: theirs })
    await lin.seesToast('Approved.')
    await lin.seesOn(theirs, /succeeded/)
    await scene.admin.seesOn(card, /succeeded/)
  })
})

it('a tap that comes late is told in German what became of the request', async () => {
  await lin.starts()
  await lin.sees('gibt Leuten Zugang')
  const card = await toReview(scene, ada, { role: 'two' })
  await scene.admin.taps('✅ Approve', { on: card })
  const theirs = await lin.sees('Braucht 2 Genehmigungen, hat 1')
  const approve = theirs.buttons.flat()[0]?.data ?? ''
  await scene.admin.taps('Cancel', { on: card })
  await lin.seesOn(theirs, 'Zurückgezogen von Telegram-Konto 111000111')
  await lin.forgesTap(theirs.message_id, approve)
  await lin.seesToast(/^Antrag 1 ist schon zurückgezogen: von Telegram-Konto 111000111, \d{4}-.* UTC\.$/)
})

it('a notice goes to each admin in their own language', async () => {
  await lin.starts()
  await lin.sees('gibt Leuten Zugang')
  await scene.admin.starts()
  await scene.admin.sees('gives people access')
  await scene.settled()
  scene.worker.happen('reconcile.overdue', { since: Date.UTC(2026, 9, 1) })
  await scene.admin.sees('No comparison of people with the host has succeeded since 2026-10-01')
  await lin.sees('Kein Abgleich der Personen mit dem Rechner ist gelungen seit: 2026-10-01')
  expect(await englishIn(lin)).toEqual([])
})
