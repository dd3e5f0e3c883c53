/** Prints how many milliseconds each of N requests took, as whoever runs it: `measure.ts SOCKET N`. */
import { exchange, post } from './raw.ts'

const times: number[] = []
for (let n = 0; n < Number(process.argv[3]); n++) {
  const { status, ms } = await exchange(process.argv[2] ?? '', post('whoami', {}))
  times.push(status === null ? Number.POSITIVE_INFINITY : ms)
  await new Promise((resolve) => setTimeout(resolve, 10))
}
process.stdout.write(JSON.stringify(times))
