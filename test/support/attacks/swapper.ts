/**
 * A process of a person that never rests: exchanges pairs of names in folders that it can change, puts links in the place of
 * folders and takes folders away and back. Run as `swapper.ts FOLDER AWAY PAIR…`; a pair is `one:other`, relative to FOLDER.
 * Writes how often it has swapped to its standard output, one number a line, and ends with its standard input.
 */
import { mkdirSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { loadLibc } from './libc.ts'

/** How many swaps go by between two looks at whether to end. */
const BURST = 200

const [folder = '', away = '', ...pairs] = process.argv.slice(2)
const libc = loadLibc()
const names = pairs.map((pair) => pair.split(':').map((name) => `${folder}/${name}`) as [string, string])
let swaps = 0
let last = 0
let ended = false
process.stdin.resume().on('end', () => {
  ended = true
})
process.stdout.on('error', () => process.exit(0))
process.stdout.write('0\n')

for (let turn = 0; !ended; turn++) {
  for (let count = 0; count < BURST; count++) {
    const [one, other] = names[(turn + count) % names.length]!
    if (libc.exchange(one, other)) swaps++
    // Now and then a folder is gone for a moment, or a link is in its place.
    if (count % 20 === 0) takeAwayAndBack(one, turn)
  }
  if (swaps - last >= BURST) {
    process.stdout.write(`${swaps}\n`)
    last = swaps
  }
  // Where there is nothing to swap, or to let this process hear that it is over.
  await new Promise((resolve) => setTimeout(resolve, swaps === last ? 0 : 1))
}
process.stdout.write(`${swaps}\n`)

function takeAwayAndBack(path: string, turn: number): void {
  const kept = `${away}/away-${turn % 100}`
  try {
    renameSync(path, kept)
  } catch {
    return // gone with the rest by now
  }
  swaps++
  try {
    if (turn % 2 === 0) symlinkSync(turn % 4 === 0 ? '/etc' : '/home/victim', path)
    else mkdirSync(path)
    libc.exchange(kept, path)
    if (turn % 2 === 0) unlinkSync(kept)
    else rmdirSync(kept)
  } catch {
    // Somebody else was there first, or put something in: it stays where it is.
  }
}
