/** What the environment says to Usher: variable, who reads it, what it means. */
export const ENVIRONMENT: readonly (readonly [names: readonly string[], reader: string, meaning: string])[] =
  [
    [['USHER_CONFIG'], 'all', 'the config file; uid 0 does not listen to it'],
    [['USHER_TELEGRAM_TOKEN'], 'bot', 'the token; uid 0 does not listen to it'],
    [['USHER_LOG_LEVEL'], 'worker, bot', '`trace`, `debug`, `info`, `warn`, `error`'],
    [['CREDENTIALS_DIRECTORY', 'NOTIFY_SOCKET', 'WATCHDOG_USEC'], 'services', 'set by systemd'],
    [
      ['HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR'],
      'single-user mode',
      'where its files are',
    ],
    [['NO_COLOR'], 'command line', 'no colours'],
  ]

/** The files of an installed system, with the config's defaults. */
export const FILES: readonly (readonly [path: string, meaning: string])[] = [
  ['/etc/usher/config.yaml', 'the config; holds no secret'],
  ['/etc/usher/users.yaml', 'the roster: the people, and their roles; yours to edit'],
  ['/etc/usher/secrets.yaml', "the worker's secrets (0600)"],
  ['/etc/usher/telegram-token', "the bot's token (root, 0600); it reaches the bot as a systemd credential"],
  ['/etc/usher/witness-token', "the witness's token (root, 0600), where there is a witness"],
  ['/var/lib/usher/', 'the database, and the memories and histories of people'],
  ['/var/lib/usher-bot/', "the bot's own state"],
  ['/run/usher/', 'the sockets'],
  ['/opt/usher/', 'the versions that are installed; current is the one that runs'],
]
