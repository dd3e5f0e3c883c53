import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { runCommand } from '../support/stage/command.ts'
import { CLEAN_ENVIRONMENT, hasAccount } from '../support/stage/system-installation.ts'
import { snapshotTrees, treeDifferences } from '../support/stage/trees.ts'

const MAIN = `${checkoutInSandbox}/test/demo/main.ts`
const env = { ...CLEAN_ENVIRONMENT, HOME: '/tmp' }

const demo = (args: readonly string[], as?: string) =>
  runCommand([process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args], {
    ...{ cwd: '/', env, timeoutMs: 60_000 },
    ...(as === undefined ? {} : { as }),
  })

const TREES = ['/etc', '/home', '/var/lib/usher', '/run/usher', '/usr/local/bin']

describe('the demo', { timeout: 60_000 }, () => {
  test('shows a real account created and used, fits in 80 columns, and leaves nothing behind', async () => {
    const before = snapshotTrees(...TREES)
    const { status, stdout, stderr } = await demo(['--on=system'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/uid=\d+\(ada\) gid=\d+\(ada\) groups=\d+\(ada\),\d+\(agents\)/)
    expect(stdout).toContain('✅ Isolation proof and smoke test: done')
    expect(stdout).toContain('cat: /home/alan/notes.txt: Permission denied')
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([])
    expect(treeDifferences(before, snapshotTrees(...TREES))).toEqual([])
  })

  test('with --fail-smoke shows what was undone, and exits 1', async () => {
    const { status, stdout } = await demo(['--on=system', '--fail-smoke'])
    expect(status).toBe(1)
    expect(stdout).toContain('❌ Isolation proof and smoke test: failed')
    expect(stdout).toContain('no licence for ada')
    expect(stdout).toContain('contents, owners and modes are what')
    expect(hasAccount('ada')).toBe(false)
  })

  test('without root adopts the account of whoever starts it, and leaves nothing behind', async () => {
    const person = ['useradd', '--create-home', 'demo-person'] as const
    expect((await runCommand(person, { cwd: '/', env })).status).toBe(0)
    try {
      const { status, stdout } = await demo([], 'demo-person')
      expect(stdout).toContain('Single-user mode, because you are not root')
      expect(stdout).toContain('isolation not applicable: one user')
      expect(status).toBe(0)
      expect(readdirSync('/tmp').filter((name) => name.startsWith('usher-demo-'))).toEqual([])
    } finally {
      await runCommand(['userdel', '--remove', 'demo-person'], { cwd: '/', env })
    }
  })

  test('says what it does not understand, and exits 2', async () => {
    const { status, stderr } = await demo(['--quick'])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'demo: cannot understand "--quick"; see npm run demo -- --help\n',
    })
  })
})
