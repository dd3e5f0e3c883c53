import { readFileSync } from 'node:fs'
import { errnoOf } from './safe-files-walk.ts'

/**
 * Whether something is mounted below this directory. A device number does not tell: a bind mount of the same file system has
 * the same one (mount(2)), and so `find -xdev` enters it.
 */
export function hasMountBelow(path: string): boolean {
  return mountPoints().some((point) => point.startsWith(`${path}/`))
}

/** proc(5), mountinfo: the fifth field, in which space, tab, line feed and backslash are octal escapes. */
function mountPoints(): string[] {
  return mountinfo()
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    )
}

function mountinfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '' // another system, without this table
    throw error
  }
}
