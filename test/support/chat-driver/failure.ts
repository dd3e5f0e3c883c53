import type { Control } from '../bot-api-server/control/control.ts'
import { renderChat } from '../bot-api-server/transcript.ts'

/** An error that shows the chat as the person sees it, the bot's refused calls, and what it has not fetched yet. */
export async function failure(control: Control, chat: number, what: string): Promise<Error> {
  const view = await control.chat({ chat })
  const refused = (await control.calls({})).filter((call) => call.response?.ok !== true).slice(-5)
  const pending = await control.pendingUpdates({})
  const notes = [
    ...refused.map(
      ({ method, response }) =>
        `refused: ${method}: ${response?.ok === false ? response.description : 'no answer'}`,
    ),
    ...(pending.length > 0 ? [`the bot has ${pending.length} updates to acknowledge`] : []),
  ]
  return new Error([`${what}. The chat:`, renderChat(view), ...notes].join('\n'))
}
