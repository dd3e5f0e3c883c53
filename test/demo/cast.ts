/** The people of the demo, each with a phone whose chat is printed. */
import type { Person } from '../support/chat-driver/person.ts'
import type { Stage, StageOptions } from '../support/stage/stage.ts'
import { type ChatOnPaper, putChatOnPaper } from './chat-on-paper.ts'
import type { Paper } from './paper.ts'
import { ADA, GRACE } from './plot.ts'

/** Somebody whose chat is printed while they use it. */
export interface Actor {
  person: Person
  name: string
  chat: ChatOnPaper
}

/** Sets the stage, and keeps it for an early end. */
export type SetStage = (options: StageOptions) => Promise<Stage>

export async function castOf(stage: Stage, paper: Paper): Promise<{ grace: Actor; ada: Actor }> {
  const actor = async (user: typeof GRACE): Promise<Actor> => {
    const person = await stage.chat.person(user)
    const name = user.first_name
    return { person, name, chat: putChatOnPaper(stage.botApi.control, paper, user.id, name) }
  }
  return { grace: await actor(GRACE), ada: await actor(ADA) }
}
