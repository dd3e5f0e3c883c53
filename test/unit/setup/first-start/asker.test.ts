import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createAsker } from '../../../../src/setup/first-start/asker.ts'

/** What a terminal is to who reads from it. */
function terminal() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const stdout = new PassThrough().resume()
  const style = { colour: false, columns: 80 }
  return { stdin, asker: createAsker({ stdin, stdout, signal: new AbortController().signal, style }) }
}

test.for([true, false])(
  'an Enter typed ahead of a question does not turn its answer around (%s is offered)',
  async (offered) => {
    const { stdin, asker } = terminal()
    const answer = asker.confirm('Start Usher now?', offered)
    // Before a terminal is raw it makes a line feed of Enter.
    stdin.write('\n')
    await new Promise(setImmediate)
    stdin.write('\r')
    expect(await answer).toBe(offered)
  },
)

test('arrows and letters choose all the same, in the question after it, too', async () => {
  const { stdin, asker } = terminal()
  const first = asker.confirm('Write this?', true)
  stdin.write('n')
  expect(await first).toBe(false)
  const second = asker.confirm('Start Usher now?', true)
  stdin.write('\u001b[C')
  await new Promise(setImmediate)
  stdin.write('\r')
  expect(await second).toBe(false)
  expect(stdin.listenerCount('keypress')).toBe(0)
})
