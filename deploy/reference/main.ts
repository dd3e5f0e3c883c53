/**
 * `npm run docs`: renews what is made in docs/ from the command line and from the config's schema. With `--check` nothing is
 * written; exit status 1 when something is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandsDocument } from './commands-document.ts'
import { configurationDocument } from './configuration-document.ts'

const PAGES = { 'docs/commands.md': commandsDocument, 'docs/configuration.md': configurationDocument }

const check = process.argv.includes('--check')
let stale = 0
for (const [name, renew] of Object.entries(PAGES)) {
  const file = fileURLToPath(new URL(`../../${name}`, import.meta.url))
  const page = readFileSync(file, 'utf8')
  const now = renew(page)
  if (now === page) continue
  stale++
  if (check) process.stdout.write(`${name} is not current: npm run docs\n`)
  else {
    writeFileSync(file, now)
    process.stdout.write(`${name} renewed\n`)
  }
}
process.exitCode = check && stale > 0 ? 1 : 0
