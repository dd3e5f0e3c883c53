import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { bootMachine, difference, type Machine } from './support/machine.ts'

/** What a clone has, but for its history, its tests and the large packages that only those need. */
const CLONE =
  'usher src conversations deploy docs package.json package-lock.json tsconfig.json CHANGELOG.md LICENSE'
const NOT_NEEDED = '@biomejs @swc playwright-core axe-core vitest vite lightningcss-linux-x64-gnu'

let machine: Machine
let before: string[]
beforeAll(async () => {
  machine = await bootMachine()
  const skipped = NOT_NEEDED.split(' ')
    .map((name) => `--exclude=node_modules/${name}`)
    .join(' ')
  await machine.shell(`useradd -m anna; useradd -m eve; chmod 755 /home/anna; mkdir /home/anna/usher
    tar -C ${checkoutInSandbox} -c ${skipped} ${CLONE} node_modules | tar -x -C /home/anna/usher
    chown -R anna: /home/anna/usher; chmod -R go-w /home/anna/usher`)
  before = await machine.snapshot()
})
afterAll(async () => machine?.systemd.stop())

describe('sudo ./usher install in the clone of a plain user', () => {
  test('is not done without a word, says what it would mean and how to say it', async () => {
    const { status, stderr } = await machine.attempt('cd /home/anna/usher && ./usher install')
    expect(status).toBe(2)
    expect(stderr).toContain('/home/anna/usher belongs to anna')
    expect(stderr).toContain('sudo ./usher install --trust-owner anna')
    expect(difference(before, await machine.snapshot())).toEqual([])
  })

  test('is not done for another account than the one that owns it', async () => {
    const { status, stderr } = await machine.attempt('/home/anna/usher/usher install --trust-owner eve')
    expect(status).toBe(2)
    expect(stderr).toContain('it belongs to anna, not to eve')
  })

  test('is never done where a third can write, whatever the operator says', async () => {
    const { shell, attempt } = machine
    await shell('chown eve /home/anna/usher/src/worker/main.ts')
    const several = await attempt('/home/anna/usher/usher install --trust-owner anna')
    await shell('chown anna /home/anna/usher/src/worker/main.ts; chmod o+w /home/anna/usher/deploy')
    const open = await attempt('/home/anna/usher/usher install --trust-owner anna')
    await shell('chmod o-w /home/anna/usher/deploy')
    expect([several.status, open.status]).toEqual([2, 2])
    expect(several.stderr).toMatch(/can be changed by others: it belongs to/)
    expect(open.stderr).toContain(
      '/home/anna/usher/deploy can be changed by others: everybody can write to it',
    )
    expect(difference(before, await machine.snapshot())).toEqual([])
  })

  test('is not done where an access list lets a third write, which the mode does not tell', async () => {
    const { shell, attempt } = machine
    await shell('setfacl -m u:eve:rw /home/anna/usher/src/worker/main.ts')
    const { status, stderr } = await attempt('/home/anna/usher/usher install --trust-owner anna')
    await shell(
      'setfacl -b /home/anna/usher/src/worker/main.ts; chmod go-w /home/anna/usher/src/worker/main.ts',
    )
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(
        '/home/anna/usher/src/worker/main.ts can be changed by others: it has an access list',
      ),
    ])
    expect(difference(before, await machine.snapshot())).toEqual([])
  })

  test('stages as that user, installs a copy of root’s, and leaves nothing else', async () => {
    const { shell } = machine
    const text = await shell('cd /home/anna && ./usher/usher install --trust-owner anna')
    expect(text).toContain('Staging an image of /home/anna/usher')
    expect(text).toContain('enabled, not started')
    expect(
      await shell(
        'find /opt/usher ! -uid 0 -o ! -gid 0; ls -A /var/tmp /run/usher-install 2>/dev/null || true',
      ),
    ).not.toContain('usher-install-')
    expect(await shell('find /home/anna/usher -user root')).toBe('')
    // What anna does from now on changes nothing.
    await shell('rm -r /home/anna/usher/src; usher --version; usher install --json >/dev/null')
    await shell('usher install --purge --purge-data')
    expect(
      difference(before, await machine.snapshot()).filter((line) => !line.includes('/home/anna/usher/src')),
    ).toEqual([])
  })
})
