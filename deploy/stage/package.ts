/**
 * Makes a package for dpkg of what a host gets.
 *
 *   npm run package [-- --out DIR]
 *
 * DIR, by default the current folder, gets `usher_VERSION_ARCH.deb`. Needs binutils (strip, objdump) and dpkg-deb; neither root
 * nor a network.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { makePackage } from './debian-package.ts'
import { stageTree } from './stage-tree.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'usher-stage-'))
  try {
    const { values } = parseArgs({ args: [...args], options: { out: { type: 'string', default: '.' } } })
    const root = join(scratch, 'root')
    await stageTree(root, { epoch: process.env['SOURCE_DATE_EPOCH'] })
    // npm and the launcher change to the checkout; a path is the caller's.
    console.log(makePackage(root, resolve(process.env['INIT_CWD'] ?? '.', values.out)))
    return 0
  } catch (error) {
    console.error(`package: ${(error as Error).message}`)
    return (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
