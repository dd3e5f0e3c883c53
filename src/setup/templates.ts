/** What `usher init` writes where nothing is yet. */

export interface ConfigTemplateOptions {
  admins: readonly number[]
  memoryTemplate: string
  mode: 'system' | 'single-user'
}

/** A config in which everything but the admins is commented, with what holds when it stays so. */
export function configTemplate({ admins, memoryTemplate, mode }: ConfigTemplateOptions): string {
  const system = mode === 'system'
  return `# Usher's configuration. Every key, with what holds when it is absent. An unknown key is an error.
# After a change: restart the worker and the bot. \`usher doctor\` says what is wrong with it.

telegram:
  # First admins, by numeric Telegram id (the bot says it to /whoami); 'usher setup' finds it out
  # and writes it here. They count until the roster has had an admin of its own.
  admins: [${admins.join(', ')}]
  # api_root: https://api.telegram.org
  # token_file: ${system ? '/etc/usher/telegram-token' : '~/.config/usher/telegram-token (absolute)'}   # 0600, ${system ? "root's: systemd hands it to the bot" : 'yours'}

memory:
  # Becomes MEMORY.md of each new person who has none.
  template: ${JSON.stringify(memoryTemplate)}
${
  system
    ? `
# bot: { user: usher }             # the account whose uid may speak for Telegram users
# paths:
#   roster: /etc/usher/users.yaml
#   data: /var/lib/usher/data
#   state: /var/lib/usher
#   bot_state: /var/lib/usher-bot
#   run: /run/usher
#   secrets: /etc/usher/secrets.yaml
`
    : ''
}
# Built in are admin, user and public; each can be redefined, others added.
# roles:
#   user:
#     description: runs agents in their own account
#     groups: []
#     shell: /bin/bash
#     approval: { count: 1, self: true, step_up: none, expires: 24h }   # step_up: none | totp | terminal | witness

# What a person inherits when their roster entry is silent.
# defaults: { workspace_base: "{home}/work", model: opus, agent_backend: claude, max_budget: 100 }

# Told about each new person: restart, reload, or remind (only says so on the receipt).
# services: [ { unit: agents.service, action: restart } ]

# Owner of each person's folders: person, or an account such as the service's.
# folders: { memory: { owner: person }, history: { owner: person } }

# Run as the new person before they become active.
# smoke:
#   agent_command: [claude, --version]
#   path: [/usr/local/bin, /usr/bin, /bin, "{home}/.local/bin"]
#   via: { user: agents, argv: [/usr/bin/sudo, -n, -H, -u, "{os_user}", --] }

# access: { ask: anyone, expires: 7d }   # who may ask the bot to be let in: anyone, invited, or nobody

# adopt: owner                     # who agrees when an existing account is taken over: owner, or admin
`
}

export const ROSTER_TEMPLATE = `# The people of this host. Usher appends entries here; edit it by hand as you like, comments and order stay.
users: []
`

export const SECRETS_TEMPLATE = `# Secrets of the worker. Nobody else may read this file (0600); the worker writes it itself.
`

export const MEMORY_TEMPLATE = `# Memory

What the agents of this person should remember between sessions. One fact a line.
`
