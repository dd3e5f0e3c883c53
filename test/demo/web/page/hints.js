import { element } from './dom.js'

/** What a visitor may try, in order; each is done when the chats or the host show it. */
export function hintsFor({ mode, failSmoke, admin, newcomer }) {
  const first = ({ name }) => name.split(' ')[0]
  const decide = `As ${first(admin)}, press Start and tap Complete on the card. Or send /adduser, press “Choose from Telegram” and pick ${first(newcomer)}.`
  const approve =
    mode === 'own'
      ? 'Choose your own account, answer the questions, look at the plan, and tap Approve.'
      : 'Answer the questions, look at what would change on the host, and tap Approve.'
  const told = failSmoke
    ? 'The smoke test fails here, on purpose: watch everything be taken back.'
    : `Watch each step. ${first(newcomer)} is told, and the account stands on the host below.`
  return [
    {
      text: `As ${first(newcomer)}, press Start. The bot does not know ${first(newcomer)} yet; ask for access.`,
      isDone: (chats) => chats.get(newcomer.id)?.started === true,
    },
    { text: decide, isDone: (chats) => own(chats, admin).length > 1 },
    { text: approve, isDone: (_chats, host) => onRoster(host, newcomer) },
    { text: told, isDone: (_chats, host) => onRoster(host, newcomer) },
    {
      text: 'Let Mary in with /invite, or try to surprise it: send a photo, edit what you wrote (↑), tap an old button, block the bot, switch phones.',
      isDone: () => false,
    },
  ]
}

const own = (chats, { id }) => (chats.get(id)?.messages ?? []).filter(({ mine }) => mine)
const onRoster = (host, { id }) => host?.roster.includes(`telegram_id: ${id}`) ?? false

export function drawHints(node, hints, chats, host) {
  const done = hints.map((hint) => hint.isDone(chats, host))
  const next = done.indexOf(false)
  node.replaceChildren(
    ...hints.map(({ text }, index) =>
      element(
        'li',
        {
          class: done[index] ? 'done' : index === next ? 'next' : null,
          'aria-current': index === next ? 'step' : null,
        },
        done[index] ? element('span', { class: 'hidden' }, 'Done: ') : null,
        text,
      ),
    ),
  )
}
