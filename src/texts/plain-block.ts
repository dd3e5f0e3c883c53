import { plain } from './plain.ts'
import type { Words } from './words.ts'

/** The lines of a longer text from outside (stderr), each harmless; keeps the last `maxLines`, where errors stand. */
export function plainBlock(words: Words, text: string, maxLines = 12): string[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => plain(line.trimEnd(), 400))
    .filter((line) => line !== '')
  const left = lines.length - maxLines
  if (left <= 0) return lines
  return [words.say('plain.lines_before', { count: left }), ...lines.slice(-maxLines)]
}
