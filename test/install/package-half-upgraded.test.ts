import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootMachine, difference, type Machine } from './support/machine.ts'
import { createVariants, type Variants } from './support/variants.ts'

let machine: Machine
let variants: Variants
const debs: string[] = []
beforeAll(async () => {
  variants = createVariants()
  debs.push(await variants.deb('1.0.0'), await variants.deb('1.1.0'))
  machine = await bootMachine()
})
afterAll(async () => {
  await machine?.systemd.stop()
  variants.remove()
})

const dpkg = async (words: string) => {
  const done = await machine.attempt(`DEBIAN_FRONTEND=noninteractive dpkg ${words} </dev/null`)
  expect(done.status, done.stdout + done.stderr).toBe(0)
}

test('a package whose upgrade was only unpacked is purged without leaving a token, an account or a service behind', async () => {
  const { shell, snapshot } = machine
  const before = await snapshot()
  await dpkg(`--install ${debs[0]}`)
  await shell('echo token >/etc/usher/telegram-token; systemctl start usher-worker')
  await dpkg(`--unpack ${debs[1]}`)
  // In this state dpkg does not ask the package's prerm.
  await dpkg('--remove usher')
  expect(await shell('systemctl is-active usher-worker || true')).toBe('inactive\n')
  await dpkg('--purge usher')
  expect(await shell('getent passwd usher usher-witness || true')).toBe('')
  const left = difference(before, await snapshot())
  // Data stays after a purge; dpkg's own notes and the index of manual pages are not ours.
  expect(left.filter((line) => !/ ?\/var\/(lib\/(dpkg|usher)|cache\/man)\b/.test(line))).toEqual([])
})
