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
