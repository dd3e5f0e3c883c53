/**
 * Lays out exactly what a host gets, as an image of its root file system.
 *
 *   npm run stage -- DIR
 *
 * DIR must be missing or empty. Needs binutils (strip, objdump); neither root nor a network.
 */
import { resolve } from 'node:path'
import { stageTree } from './stage-tree.ts'

const [dir, ...more] = process.argv.slice(2)
if (dir === undefined || dir.startsWith('-') || more.length > 0) {
  console.error('usage: npm run stage -- DIR')
  process.exitCode = 2
} else {
  try {
    // npm and the launcher change to the checkout; a path is the caller's.
    const root = resolve(process.env['INIT_CWD'] ?? '.', dir)
    const { version, manifest } = await stageTree(root, { epoch: process.env['SOURCE_DATE_EPOCH'] })
    console.log(
      `staged usher ${version} (${manifest.arch}, glibc ${manifest.glibc} or later) in ${root}: ${manifest.files.length} files`,
    )
  } catch (error) {
    console.error(`stage: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
