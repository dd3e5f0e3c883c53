import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describeFile, pathsBelow } from '../../../src/config/manifest.ts'
import type { ChangeContext, InstallHost } from '../../../src/install/context.ts'
import { type Image, readImage } from '../../../src/install/image.ts'
import { type Ledger, noLedger } from '../../../src/install/ledger.ts'
import type { InstallRecord } from '../../../src/install/record.ts'

/** A folder that stands for `/`, and one for what is installed; `remove` takes both away. */
export function madeByHand() {
  const base = mkdtempSync(join(tmpdir(), 'usher-install-'))
  const root = join(base, 'root')
  mkdirSync(join(root, 'opt'), { recursive: true })
  return {
    root,
    host: hostOf(root),
    image: (version: string, files: Readonly<Record<string, string>>) =>
      imageIn(join(base, version), version, files),
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}

/** Programs of the distribution are the edge: here they do nothing and succeed. */
export function hostOf(root: string): InstallHost {
  return {
    root,
    owner: process.getuid!(),
    programs: { run: async () => ({ ok: true, stdout: '', stderr: '', durationMs: 0 }) },
  }
}

export function contextOf(
  host: InstallHost,
  ledger: Ledger | null,
  record: InstallRecord | null = null,
): ChangeContext {
  return {
    host,
    dryRun: ledger === null,
    ledger: ledger ?? noLedger,
    record,
    signal: new AbortController().signal,
  }
}

function imageIn(tree: string, version: string, files: Readonly<Record<string, string>>): Image {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), content)
    chmodSync(join(tree, path), 0o644)
  }
  const manifest = {
    version,
    arch: process.arch,
    glibc: '2.28',
    files: pathsBelow(tree).map((path) => describeFile(tree, path)!),
  }
  writeFileSync(join(tree, 'manifest.json'), JSON.stringify(manifest))
  const read = readImage(tree)
  if (!read.ok) throw new Error(read.problem)
  return read.image
}
