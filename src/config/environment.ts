/** What the process's environment says, as far as Usher listens to it. */
export interface Environment {
  /** `USHER_CONFIG`: the config file; ignored for uid 0. */
  configFile: string | null
  /** `USHER_TELEGRAM_TOKEN`: the bot's token. */
  telegramToken: string | null
  /** `USHER_LOG_LEVEL`: a level of pino's. */
  logLevel: string | null
  /** `CREDENTIALS_DIRECTORY` of systemd.exec(5). */
  credentialsDirectory: string | null
  /** `NOTIFY_SOCKET` of sd_notify(3). */
  notifySocket: string | null
  /** `WATCHDOG_USEC` of sd_watchdog_enabled(3) in milliseconds, when it is meant for this process. */
  watchdogMs: number | null
  /** `JOURNAL_STREAM` of systemd.exec(5): the stream to the journal, as device and inode. */
  journalStream: string | null
  /** `SSH_ORIGINAL_COMMAND` of sshd(8): what somebody asked for whose key has a forced command. */
  sshOriginalCommand: string | null
  home: string | null
  /** XDG Base Directory Specification; relative values count as absent. */
  xdg: {
    configHome: string | null
    dataHome: string | null
    stateHome: string | null
    runtimeDir: string | null
  }
  /** `NO_COLOR` (no-color.org) is set and not empty, or the terminal is dumb. */
  noColor: boolean
}

/** Reads the environment: the only place that does. `variables` is for tests. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const text = (name: string) => {
    const value = variables[name]
    return value === undefined || value === '' ? null : value
  }
  const absolute = (name: string) => {
    const value = text(name)
    return value?.startsWith('/') ? value : null
  }
  return {
    configFile: text('USHER_CONFIG'),
    telegramToken: text('USHER_TELEGRAM_TOKEN'),
    logLevel: text('USHER_LOG_LEVEL'),
    credentialsDirectory: absolute('CREDENTIALS_DIRECTORY'),
    notifySocket: text('NOTIFY_SOCKET'),
    watchdogMs: watchdogOf(text('WATCHDOG_USEC'), text('WATCHDOG_PID')),
    journalStream: text('JOURNAL_STREAM'),
    sshOriginalCommand: text('SSH_ORIGINAL_COMMAND'),
    home: absolute('HOME'),
    xdg: {
      configHome: absolute('XDG_CONFIG_HOME'),
      dataHome: absolute('XDG_DATA_HOME'),
      stateHome: absolute('XDG_STATE_HOME'),
      runtimeDir: absolute('XDG_RUNTIME_DIR'),
    },
    noColor: text('NO_COLOR') !== null || variables['TERM'] === 'dumb',
  }
}

/**
 * Takes what the service manager told this process out of the environment, so that nothing that is started later speaks to it in our
 * name. Call it once it was read.
 */
export function forgetServiceManager(variables: Record<string, string | undefined> = process.env): void {
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'JOURNAL_STREAM'])
    delete variables[name]
}

function watchdogOf(microseconds: string | null, pid: string | null): number | null {
  if (pid !== null && pid !== String(process.pid)) return null
  const value = microseconds !== null && /^[1-9][0-9]{0,15}$/.test(microseconds) ? Number(microseconds) : 0
  return value >= 1000 ? Math.floor(value / 1000) : null
}
