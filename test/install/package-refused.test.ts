import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootMachine, difference, type Machine } from './support/machine.ts'
import { createVariants, type Variants } from './support/variants.ts'

let machine: Machine
let variants: Variants
let deb: string
beforeAll(async () => {
  variants = createVariants()
  deb = await variants.deb('8.0.0')
  machine = await bootMachine()
})
afterAll(async () => {
  await machine?.systemd.stop()
  variants.remove()
})

const dpkg = (words: string) => machine.attempt(`DEBIAN_FRONTEND=noninteractive dpkg ${words} </dev/null`)
/** dpkg's own notes, and the index of manual pages that it has renewed. */
const withoutDpkg = (lines: string[]) =>
  lines.filter((line) => !/^[-+] \/var\/(lib\/dpkg|cache\/man)\//.test(line))

test("the package on a machine where its service's name is a person's account says so, and a purge leaves that person alone", async () => {
  const { shell, snapshot } = machine
  await shell('useradd -m usher; echo mine >/home/usher/notes')
  const before = await snapshot()
  const installed = await dpkg(`--install ${deb}`)
  expect(installed.status).not.toBe(0)
  expect(installed.stdout + installed.stderr).toContain(
    'cannot run a service as "usher": it is a person\'s account',
  )
  // Nothing of it is in use.
  expect(
    await shell('readlink /opt/usher/current || true; systemctl is-enabled usher-worker 2>&1 || true'),
  ).not.toMatch(/^(8\.0\.0|enabled)$/m)
  expect(await shell('getent passwd usher-witness || true')).toBe('')
  const purged = await dpkg('--purge usher')
  expect(purged.status, purged.stdout + purged.stderr).toBe(0)
  expect(withoutDpkg(difference(before, await snapshot()))).toEqual([])
  expect(await shell('id -un usher; cat /home/usher/notes')).toBe('usher\nmine\n')
})
