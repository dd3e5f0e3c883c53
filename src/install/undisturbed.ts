const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Does something that is better finished than interrupted: a signal that asks to end is answered, and kept for after it. A terminal
 * that goes away is none either.
 */
export async function asWhole<Result>(
  say: (text: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  let asked: (typeof SIGNALS)[number] | null = null
  const hold = (signal: (typeof SIGNALS)[number]) => {
    if (asked === null) say(`${signal}: the switch under way is finished first`)
    asked = signal
  }
  for (const signal of SIGNALS) process.on(signal, hold)
  try {
    return await work()
  } finally {
    for (const signal of SIGNALS) process.off(signal, hold)
    if (asked !== null) process.kill(process.pid, asked)
  }
}
