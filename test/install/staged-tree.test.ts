import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUNTIME_FLAGS } from '../../deploy/stage/runtime.ts'
import { type StagedImage, stagedImage } from '../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'

let image: StagedImage
let systemd: SystemdSandbox
let tree: string
beforeAll(async () => {
  image = await stagedImage()
  systemd = await bootSystemd()
  tree = `/opt/usher/${image.version}`
  await inside('cp', '-a', `${image.rootInSandbox}/.`, '/')
  await inside('ln', '-s', image.version, '/opt/usher/current')
})
afterAll(async () => systemd?.stop())

async function inside(...argv: [string, ...string[]]): Promise<{ stdout: string; stderr: string }> {
  const { status, ...output } = await systemd.run(argv)
  expect(status, output.stderr).toBe(0)
  return output
}

describe('a staged tree, put where it belongs', () => {
  test('has documentation whose links between pages lead to pages', async () => {
    const folder = '/usr/share/doc/usher'
    const { stdout } = await inside('grep', '-oErh', '--include=*.md', '\\]\\([^):#]+\\.md', folder)
    const links = [...new Set(stdout.trim().split('\n'))].map((link) => link.slice(2))
    expect(links.length).toBeGreaterThan(10)
    await inside('env', '-C', folder, 'ls', '--', ...links)
  })

  test('answers with its version, called by any name and from any folder', async () => {
    for (const command of ['/usr/bin/usher', '/opt/usher/current/usher', `${tree}/usher`]) {
      expect((await inside('env', '-C', '/', command, '--version')).stdout.trim()).toBe(image.version)
    }
  })

  test.for([0, 33, 4242])('takes its compiled code as uid %i, all of it, and writes nothing', async (uid) => {
    const as = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'env', '-i'] as const
    const node = [`${tree}/bin/node`, ...RUNTIME_FLAGS, `${tree}/src/launch.js`]
    const before = await inside('find', tree, '-newermt', '@0', '-printf', '%p %T@ %s\n')
    const { stderr, stdout } = await inside(
      ...as,
      'NODE_DEBUG_NATIVE=COMPILE_CACHE',
      ...node,
      'requests',
      '--help',
    )
    const said = `${stderr}${stdout}`
    expect(said.match(/was accepted/g)?.length).toBeGreaterThan(100)
    expect(said).not.toMatch(/was (rejected|missing)|not initialized|writing cache/)
    expect(await inside('find', tree, '-newermt', '@0', '-printf', '%p %T@ %s\n')).toEqual(before)
    expect((await inside('sh', '-c', 'ls -d /run/usher-code-* /tmp/usher-code-* || true')).stdout).toBe('')
  })
})
