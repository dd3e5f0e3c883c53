/** What the bot answers to commands, and what it says by itself to people. */
export const commandsEn = {
  'commands.menu.adduser': 'Give somebody access',
  'commands.menu.invite': 'Invite somebody by a link',
  'commands.menu.invites': 'Which invitations can still be used',
  'commands.menu.blocked': 'Who is not answered',
  'commands.menu.requests': 'What waits for a decision',
  'commands.menu.user': 'One of them; without a name, you',
  'commands.menu.edituser': 'Change what the roster says of somebody',
  'commands.menu.users': 'Who has access',
  'commands.menu.reconcile': 'Who differs from roster and roles on the host',
  'commands.menu.audit': 'What happened, and who did it',
  'commands.menu.status': 'How the host is doing',
  'commands.menu.whoami': 'Who you are to me',
  'commands.menu.language': 'Which language I speak with you',
  'commands.menu.quiet': 'When I leave you alone',
  'commands.menu.cancel': 'End what is under way',
  'commands.menu.help': 'What I understand',
  'commands.help_head': '<b>Usher</b> gives people access to this host.',
  'commands.help_line': '/{command}: {description}',
  'commands.refusal':
    'Sorry, I only work for people who have access here. If you should have it, give this number to your admin: <code>{id}</code>',
  'commands.whoami_config_admin': 'You are {who}, an admin by the config; you are not on the roster.',
  'commands.whoami_not_on_roster': 'You are {who}, role {role}; you are not on the roster.',
  'commands.whoami':
    'You are <b>{name}</b>, Telegram id <code>{id}</code>, account <code>{os_user}</code>, role {role}.',
  'commands.status_head':
    '<b>{host}</b>: Usher {version} is {ready, select, yes {ready} other {starting}}{mode, select, single_user { (single-user mode)} other {}}.',
  'commands.status_since': 'Up since {since} ({duration})',
  'commands.status_runs': 'Runs: {running} running, {queued} waiting',
  'commands.status_requests': 'Open requests: {count}',
  'commands.status_people': 'People: {count}',
  'commands.status_people_unknown': 'People: unknown',
  'commands.status_roster_problem': '❌ Roster: {problem}',
  'commands.status_room': 'Memory {memory}, free disk {disk}',
  'commands.nothing_to_cancel': 'There is nothing to cancel.',
  'commands.no_requests': 'There are no requests.',
  'commands.nothing_waits': 'Nothing waits for a decision. The last ones were:',
  'commands.no_people': 'There is nobody on the roster yet. /adduser begins.',
  'commands.more_requests': 'There are older ones; see usher requests in the terminal.',
  'commands.for_admins': 'Only admins can do that here. /help lists what you can do.',
  'commands.did_not_understand': 'I did not understand that. /help lists what I understand.',
  'commands.worker_away':
    'The worker does not answer right now. Nothing was changed or lost; please try again in a moment.',
  'commands.dialogue_outdated':
    'Usher was updated, and the questions have changed since you began. Please begin again with /adduser; nothing was changed.',
  'commands.dialogue_lost':
    'Something went wrong on my side, and I have lost the thread. Nothing was changed; please begin again with /adduser.',
  'commands.card_dialogue_outdated':
    'Usher was updated, and the questions have changed since you began. Nothing was decided or changed; please tap the button on the card again.',
  'commands.card_dialogue_lost':
    'Something went wrong on my side, and I have lost the thread. Nothing was decided or changed; please tap the button on the card again.',
  'commands.something_went_wrong': 'Something went wrong on my side. Please try again.',
  'commands.open_label': 'Open {id}',
  'commands.activating': 'Thank you! Your account becomes active in a moment; I will tell you here.',
  'commands.press_start':
    'Welcome, {name}! Your account <code>{os_user}</code> on {host} is made. Press /start here, and it becomes active.',
  'commands.active':
    'Your account <code>{os_user}</code> on {host} is active now. /whoami shows how I know you, /help what I understand.',
  'commands.welcome':
    'Welcome, {name}! Your account <code>{os_user}</code> on {host} is ready. /whoami shows how I know you, /help what I understand.',
} as const
