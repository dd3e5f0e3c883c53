import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureFile, forgetReplaced } from '../../../src/install/changes/file.ts'
import { ensureFolder } from '../../../src/install/changes/folder.ts'
import { foldersOf } from '../../../src/install/changes/folders.ts'
import { ensureLink } from '../../../src/install/changes/link.ts'
import { ensureTree } from '../../../src/install/changes/tree.ts'
import { merge } from '../../../src/install/complete.ts'
import type { InstallHost } from '../../../src/install/context.ts'
import type { Image } from '../../../src/install/image.ts'
import { closeLedger, openLedger } from '../../../src/install/ledger.ts'
import {
  type InstallRecord,
  type Made,
  readJournal,
  readRecord,
  writeRecord,
} from '../../../src/install/record.ts'
import { recover } from '../../../src/install/recover.ts'
import { takeBack } from '../../../src/install/take-back.ts'
import { treeSnapshot } from '../../support/host/tree-snapshot.ts'
import { contextOf, madeByHand } from './hand-made.ts'

let made: ReturnType<typeof madeByHand>
let before: string[]
beforeEach(() => {
  made = madeByHand()
  before = treeSnapshot(made.root)
})
afterEach(() => made.remove())

const start = { id: 'one', version: '1.0.0', at: '2026-11-21T10:00:00.000Z', pid: 1 }
const quiet = { dryRun: false, onRemoval: () => {} }
const unit = (text: string) => ({
  path: '/usr/lib/systemd/system/usher-worker.service',
  bytes: Buffer.from(text),
  mode: 0o644,
  goes: 'uninstall' as const,
  known: new Set<string>(),
})
const recordOf = (list: readonly Made[]): InstallRecord => ({
  format: 1,
  id: 'earlier',
  by: 'install',
  version: '1.0.0',
  at: start.at,
  made: [...list],
})

/** Everything that was noted is taken back, the journal goes, and what is left of /opt/usher is what was kept. */
async function undo(list: readonly Made[]) {
  const { left } = await takeBack(made.host, list, quiet)
  closeLedger(made.host)
  return left.filter((one) => !(one.kind === 'folder' && one.path === '/opt/usher'))
}

describe('each change', () => {
  test('is made once, says so the second time, and leaves no trace when it is taken back', async () => {
    const { host, root } = made
    const image = made.image('1.0.0', { 'src/main.js': 'run()', usher: '#!/bin/sh\n' })
    const ledger = openLedger(host, start)
    const changes = async (context = contextOf(host, ledger)) => [
      ...(await ensureTree(context, image)),
      ...ensureFolder(context, { path: '/var/lib/thing/deep', goes: 'purge', contents: false }),
      ...ensureFile(context, unit('[Service]\n')),
      ...ensureLink(context, {
        path: '/usr/bin/usher',
        target: '/opt/usher/current/usher',
        goes: 'uninstall',
      }),
    ]
    const wanted = await changes(contextOf(host, null))
    const first = await changes()
    // A dry run cannot see that a folder of an earlier change will be there.
    expect(wanted.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(first.map(({ subject }) => subject)),
    )
    expect(first.every(({ state }) => state === 'change')).toBe(true)
    expect(readFileSync(join(root, 'opt/usher/1.0.0/src/main.js'), 'utf8')).toBe('run()')
    expect(statSync(join(root, 'usr/lib/systemd/system/usher-worker.service')).mode & 0o777).toBe(0o644)
    const after = treeSnapshot(root)
    expect((await changes(contextOf(host, null))).every(({ state }) => state === 'already')).toBe(true)
    expect((await changes()).every(({ state }) => state === 'already')).toBe(true)
    expect(treeSnapshot(root)).toEqual(after)
    expect(await undo(ledger.made)).toEqual([])
    expect(treeSnapshot(root)).toEqual(
      [...before, `${root}/opt/usher/ ${process.getuid!()}:${process.getgid!()} 755`].sort(),
    )
  })

  test('is taken back from any point at which the process could have ended', async () => {
    const { host, root } = made
    const image = made.image('1.0.0', { 'src/main.js': 'run()' })
    const ledger = openLedger(host, start)
    await ensureTree(contextOf(host, ledger), image)
    ensureFile(contextOf(host, ledger), unit('[Service]\n'))
    const all = [...ledger.made]
    await undo(all)
    const clean = treeSnapshot(root)
    for (let count = 0; count <= all.length; count++) {
      // As many as were made, the next one only written down, and everything twice.
      const again = openLedger(host, start)
      await ensureTree(contextOf(host, again), image)
      if (count > 2) ensureFile(contextOf(host, again), unit('[Service]\n'))
      expect(await undo([...all])).toEqual([])
      expect(await undo([...all])).toEqual([])
      expect(treeSnapshot(root)).toEqual(clean)
    }
  })
})

describe('a file', () => {
  test('that is not ours stays as it is and is named', () => {
    const { host, root } = made
    const wish = unit('ours')
    mkdirSync(join(root, 'usr/lib/systemd/system'), { recursive: true })
    writeFileSync(root + wish.path, 'theirs')
    expect(ensureFile(contextOf(host, openLedger(host, start)), wish)).toEqual([
      { state: 'problem', subject: wish.path, text: expect.stringContaining('move it away') },
    ])
    expect(readFileSync(root + wish.path, 'utf8')).toBe('theirs')
  })

  test('that is there with the same contents is not ours to take away', async () => {
    const { host, root } = made
    const wish = unit('same')
    mkdirSync(join(root, 'usr/lib/systemd/system'), { recursive: true })
    writeFileSync(root + wish.path, 'same')
    chmodSync(root + wish.path, 0o644)
    const ledger = openLedger(host, start)
    expect(ensureFile(contextOf(host, ledger), wish)).toMatchObject([{ state: 'already' }])
    await undo(ledger.made)
    expect(existsSync(root + wish.path)).toBe(true)
  })

  test('of an older version is replaced, and comes back when the installation does not come to its end', async () => {
    const { host, root } = made
    const first = openLedger(host, start)
    ensureFile(contextOf(host, first), unit('old'))
    const record = recordOf(first.made)
    const second = openLedger(host, start)
    const wish = unit('new')
    expect(ensureFile(contextOf(host, second, record), wish)).toMatchObject([{ state: 'change' }])
    expect(readFileSync(root + wish.path, 'utf8')).toBe('new')
    await undo(second.made)
    expect(readFileSync(root + wish.path, 'utf8')).toBe('old')
    expect(readdirSync(join(root, 'usr/lib/systemd/system'))).toEqual(['usher-worker.service'])

    const third = openLedger(host, start)
    ensureFile(contextOf(host, third, record), wish)
    for (const one of third.made) if (one.kind === 'replaced') forgetReplaced(host, one)
    const merged = merge(record.made, third.made)
    expect(readdirSync(join(root, 'usr/lib/systemd/system'))).toEqual(['usher-worker.service'])
    expect(await undo(merged)).toEqual([])
    expect(existsSync(root + wish.path)).toBe(false)
  })

  test('that somebody edited is put aside, by the next version and by a removal, never deleted', async () => {
    const { host, root } = made
    const first = openLedger(host, start)
    const wish = unit('new')
    ensureFile(contextOf(host, first), unit('old'))
    writeFileSync(root + wish.path, 'edited')
    const second = openLedger(host, start)
    const [outcome] = ensureFile(contextOf(host, second, recordOf(first.made)), wish)
    expect(outcome).toMatchObject({ state: 'change', text: expect.stringContaining('.usher-saved') })
    expect(readFileSync(`${root}${wish.path}.usher-saved`, 'utf8')).toBe('edited')
    await undo(second.made)
    expect(readFileSync(root + wish.path, 'utf8')).toBe('edited')

    const removed: string[] = []
    await takeBack(host, first.made, { dryRun: false, onRemoval: ({ text }) => removed.push(text) })
    expect(removed).toContainEqual(expect.stringContaining('changed by somebody'))
    expect(readFileSync(`${root}${wish.path}.usher-saved`, 'utf8')).toBe('edited')
  })
})

describe('units', () => {
  test('are disabled while their files are there, also those whose file was replaced after they were enabled', async () => {
    const { host, root } = made
    const wish = unit('new')
    const first = openLedger(host, start)
    ensureFile(contextOf(host, first), unit('old'))
    const record = recordOf([...first.made, { kind: 'enabled', unit: 'usher-worker.service' }])
    writeFileSync(root + wish.path, 'edited')
    const second = openLedger(host, start)
    ensureFile(contextOf(host, second, record), wish)
    const merged = merge(record.made, second.made)
    expect(merged.map(({ kind }) => kind)).toEqual(record.made.map(({ kind }) => kind))
    const wasThere: boolean[] = []
    const programs: InstallHost['programs'] = {
      run: async (_, args) => {
        if (args[0] === 'disable') wasThere.push(existsSync(root + wish.path))
        return { ok: true, stdout: 'enabled', stderr: '', durationMs: 0 }
      },
    }
    await takeBack({ ...host, programs }, [...merged].reverse(), quiet)
    expect(wasThere).toEqual([true])
  })
})

describe('a tree', () => {
  test('that is not what its manifest says is not installed', async () => {
    const { host, root } = made
    const image: Image = made.image('1.0.0', { 'src/main.js': 'run()' })
    writeFileSync(join(image.tree, 'src/main.js'), 'evil')
    const ledger = openLedger(host, start)
    expect(await ensureTree(contextOf(host, ledger), image)).toMatchObject([
      { state: 'problem', text: expect.stringContaining('not what the manifest says') },
    ])
    await undo(ledger.made)
    expect(readdirSync(join(root, 'opt/usher'))).toEqual([])
  })

  test('in which a link was put instead of a file is not followed', async () => {
    const { host } = made
    const image = made.image('1.0.0', { 'src/main.js': 'run()', other: 'x' })
    const { unlinkSync } = await import('node:fs')
    unlinkSync(join(image.tree, 'other'))
    symlinkSync('/etc/hostname', join(image.tree, 'other'))
    await expect(ensureTree(contextOf(host, openLedger(host, start)), image)).rejects.toThrow('ELOOP')
  })

  test('with files of somebody in it stays with them', async () => {
    const { host, root } = made
    const ledger = openLedger(host, start)
    await ensureTree(contextOf(host, ledger), made.image('1.0.0', { 'src/main.js': 'run()' }))
    writeFileSync(join(root, 'opt/usher/1.0.0/src/notes.txt'), 'mine')
    const { removals } = await takeBack(host, ledger.made, quiet)
    expect(removals).toMatchObject([{ state: 'kept', text: expect.stringContaining('src/notes.txt') }])
    expect(readdirSync(join(root, 'opt/usher/1.0.0/src'))).toEqual(['notes.txt'])
  })

  test('of another build under the same version, or that was changed since, is refused', async () => {
    const { host, root } = made
    const context = contextOf(host, openLedger(host, start))
    const image = made.image('1.0.0', { a: '1' })
    await ensureTree(context, image)
    const other = { ...image, sha256: '0'.repeat(64) }
    expect(await ensureTree(context, other)).toMatchObject([
      { state: 'problem', text: expect.stringContaining('another build') },
    ])
    writeFileSync(join(root, 'opt/usher/1.0.0/a'), '2')
    expect(await ensureTree(context, image)).toMatchObject([
      { state: 'problem', text: expect.stringContaining('a is not as the manifest says') },
    ])
  })
})

describe('a half-finished installation', () => {
  test('is taken back by the next one', async () => {
    const { host, root } = made
    const ledger = openLedger(host, start)
    await ensureTree(contextOf(host, ledger), made.image('1.0.0', { a: '1' }))
    const recovered = await recover({ host, onRemoval: () => {} }, false)
    expect(recovered).toMatchObject({ ok: true, found: { version: '1.0.0', continued: false, left: [] } })
    expect(treeSnapshot(root)).toEqual(before)
  })

  test('is brought to its end where only that was missing', async () => {
    const { host, root } = made
    const ledger = openLedger(host, start)
    await ensureTree(contextOf(host, ledger), made.image('1.0.0', { a: '1' }))
    ledger.note({ kind: 'current', path: '/opt/usher/current', before: null })
    symlinkSync('1.0.0', join(root, 'opt/usher/current'))
    const recovered = await recover({ host, onRemoval: () => {} }, false)
    expect(recovered).toMatchObject({ ok: true, found: { continued: true } })
    expect(readRecord(root, host.owner)).toMatchObject({ ok: true, value: { id: 'one', version: '1.0.0' } })
    expect(readJournal(root, host.owner)).toEqual({ ok: true, value: null })
  })

  test('whose record was written already has only its journal left', async () => {
    const { host, root } = made
    const ledger = openLedger(host, start)
    await ensureTree(contextOf(host, ledger), made.image('1.0.0', { a: '1' }))
    writeRecord({ ...recordOf(ledger.made), id: 'one' }, root)
    expect(await recover({ host, onRemoval: () => {} }, false)).toEqual({ ok: true, found: null })
    expect(readdirSync(join(root, 'opt/usher')).sort()).toEqual(['1.0.0', 'installed.json'])
  })

  test('that was killed before it had a journal leaves nothing', async () => {
    const { host, root } = made
    mkdirSync(join(root, 'opt/.usher.installing'))
    writeFileSync(join(root, 'opt/.usher.installing/installing.json.new'), '{')
    expect(await recover({ host, onRemoval: () => {} }, false)).toEqual({ ok: true, found: null })
    expect(treeSnapshot(root)).toEqual(before)
  })
})

test('a line of tmpfiles.d that is no folder is not followed', () => {
  expect(foldersOf('# why\nd /run/usher 0755 root root -\n')).toEqual([
    { path: '/run/usher', mode: 0o755, user: 'root', group: 'root' },
  ])
  expect(() => foldersOf('L /etc/shadow - - - - /tmp/x')).toThrow('cannot follow')
})
