import type { MessageView } from '../../support/bot-api-server/control/views.ts'
import type { Person } from '../../support/chat-driver/person.ts'
import type { Scene } from './scene.ts'

export interface Walk {
  osUser?: string
  role?: string
  name?: string
  /** Whether the own approval does not count for the role. */
  submit?: boolean
}

/** Begins `/adduser` and says who; the question about the account is the newest message then. */
export async function sayWho(scene: Scene, newcomer: Person): Promise<void> {
  const { admin } = scene
  await admin.sends('/adduser')
  await admin.sees('Who shall get access?')
  await admin.picks(newcomer)
  await admin.sees('Which account')
}

/** Answers every question with as little as possible and returns the review card. */
export async function toReview(scene: Scene, newcomer: Person, walk: Walk = {}): Promise<MessageView> {
  const { admin } = scene
  await sayWho(scene, newcomer)
  await admin.sends(walk.osUser ?? 'newbie')
  await admin.sees('Which role?')
  await admin.taps(walk.role ?? 'user')
  await admin.sees('What is their name?')
  await admin.sends(walk.name ?? 'New Bie')
  await admin.sees('GitHub login')
  await admin.taps('Skip')
  await admin.sees('Personal defaults')
  await admin.taps('Keep all')
  await admin.sees('GitHub routing')
  await admin.taps('Skip')
  return admin.sees('What would change on the host', {
    buttons: [walk.submit === true ? '📨 Submit' : '✅ Approve', '✏️ Edit', 'Cancel'],
  })
}
