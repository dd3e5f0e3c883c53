/** Tap on Approve → first edit of the card, both seen by the Bot API server. */
import { answerAdduser } from '../support/stage/adduser.ts'
import { createScene, JOAN } from '../support/stage/scene.ts'
import { p50, p95 } from './statistics.ts'

/** One row of the table. */
export async function measureTaps(taps: number): Promise<string> {
  const scene = await createScene()
  try {
    const joan = await scene.phone(JOAN)
    await joan.starts()
    await joan.sees('/adduser')
    const times: number[] = []
    for (let n = 0; n < taps; n += 1) {
      const admin = n % 2 === 0 ? scene.grace : joan
      const newcomer = await scene.newcomer()
      await newcomer.person.starts()
      const card = await answerAdduser(admin, { newcomer, account: newcomer.osUser })
      const tap = await admin.taps(/Approve/, { on: card })
      await admin.seesOn(card, 'was told in their own chat')
      const chat = await admin.chat()
      const looks = chat.messages.find(({ message_id }) => message_id === card.message_id)!.history
      times.push(looks.find(({ at_ms }) => at_ms > tap.at_ms)!.at_ms - tap.at_ms)
    }
    return `| tap → first card edit, ${taps} taps | ${p50(times).toFixed(0)} ms | ${p95(times).toFixed(0)} ms | p50 under 100 ms |`
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}
