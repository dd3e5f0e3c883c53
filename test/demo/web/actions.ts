/** What a visitor can do as one of the people: each is an action of the Bot API server's control. */
import { z } from 'zod'
import type { Control } from '../../support/bot-api-server/control/control.ts'

const person = z.int()
const text = z.string().min(1).max(4096)

const ACTION = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('start'), person, payload: z.string().max(64).optional() }),
  z.strictObject({ act: z.literal('send'), person, text }),
  z.strictObject({ act: z.literal('edit'), person, message: z.int(), text }),
  z.strictObject({ act: z.literal('tap'), person, message: z.int(), data: z.string().max(64) }),
  z.strictObject({ act: z.literal('press'), person, button: z.string() }),
  z.strictObject({ act: z.literal('pick'), person, button: z.string(), people: z.array(z.int()).min(1) }),
  z.strictObject({ act: z.literal('contact'), person, of: z.int() }),
  z.strictObject({ act: z.literal('forward'), person, from: z.int(), hidden: z.boolean() }),
  z.strictObject({ act: z.literal('photo'), person }),
  z.strictObject({ act: z.literal('block'), person }),
])

export type ActionOutcome = { ok: true; query?: string } | { ok: false; error: string }

/** Performs one action as somebody of the cast. `query` names a tap, whose answer comes with the chat. */
export async function performAction(
  control: Control,
  cast: readonly number[],
  body: unknown,
): Promise<ActionOutcome> {
  const parsed = ACTION.safeParse(body)
  if (!parsed.success) return { ok: false, error: `cannot do that: ${z.prettifyError(parsed.error)}` }
  const action = parsed.data
  if (!cast.includes(action.person)) return { ok: false, error: 'cannot do that: nobody here has that phone' }
  try {
    return { ok: true, ...(await perform(control, action)) }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

async function perform(control: Control, action: z.output<typeof ACTION>): Promise<{ query?: string }> {
  const user = action.person
  switch (action.act) {
    case 'start':
      await control.pressStart({ user, payload: action.payload })
      return {}
    case 'send':
      await control.sendText({ user, text: action.text })
      return {}
    case 'edit':
      await control.editText({ user, message_id: action.message, text: action.text })
      return {}
    case 'tap': {
      const tap = await control.tap({ user, message_id: action.message, data: action.data })
      return { query: tap.query_id }
    }
    case 'press':
      await control.pressReplyButton({ user, button: action.button })
      return {}
    case 'pick':
      await control.pickUsers({ user, users: action.people, button: action.button })
      return {}
    case 'contact':
      await control.shareContact({ user, of: action.of })
      return {}
    case 'forward':
      await control.forward({ user, from: action.from, text: 'Hello!', hidden: action.hidden })
      return {}
    case 'photo':
      await control.sendPhoto({ user })
      return {}
    case 'block':
      await control.block({ user })
      return {}
  }
}
