/**
 * Root's own decision, from facts, whether somebody can reach a path: owner, mode, access list and groups of every
 * component. Pure; the facts come from `isolation-facts.ts`. What a process of that person says about itself is only
 * further evidence, because any process of the same uid can forge it.
 */

/** One component of a resolved path: never a symbolic link. */
export interface Component {
  path: string
  uid: number
  gid: number
  /** Permission bits, 07777. */
  mode: number
  /** Whether it has an extended access list (acl(5)); null: not looked. */
  accessList: boolean | null
}

/** The way to a path. */
export interface Trail {
  /** From `/` to the target, every link resolved. Who cannot get through these cannot get there. */
  components: Component[]
  /** Other folders that a link on the written path lies in: who can write there can lead us elsewhere. */
  linkFolders: Component[]
}

/** Somebody who may try. `gids`: primary and supplementary; null: not looked up, so any group may be theirs. */
export interface Reacher {
  uid: number
  gids: readonly number[] | null
}

/**
 * How closed the end of the trail must be. `closed`: no reading, writing or entering. `unlisted`: entering alone is
 * allowed (folders 0711, whose contents are judged by themselves).
 */
export type Closedness = 'closed' | 'unlisted'

export type Reach = { isolated: true } | { isolated: false; why: string; at: string }

const READ = 4
const WRITE = 2
const SEARCH = 1
const STICKY = 0o1000

/** Somebody of whom nothing is known: owns nothing here and may be in any group. */
export const ANYBODY: Reacher = { uid: -1, gids: null }

/** Whether `who` is kept out of the end of `trail`; in doubt the answer is no, with the component and the reason. */
export function reach(who: Reacher, trail: Trail, closedness: Closedness = 'closed'): Reach {
  for (const folder of trail.linkFolders) {
    const changeable = whoCanChange(who, folder)
    if (changeable !== null) return { isolated: false, why: changeable, at: folder.path }
  }
  for (const component of trail.components.slice(0, -1)) {
    const changeable = whoCanChange(who, component)
    if (changeable !== null) return { isolated: false, why: changeable, at: component.path }
    // What lies behind is out of reach, whatever its mode.
    if ((permissions(who, component) & SEARCH) === 0) return { isolated: true }
  }
  const target = trail.components.at(-1)
  if (target === undefined) throw new Error('cannot judge a trail without components')
  if (who.uid === target.uid) return { isolated: false, why: 'owns it', at: target.path }
  const left = permissions(who, target) & (closedness === 'closed' ? READ | WRITE | SEARCH : READ | WRITE)
  return left === 0 ? { isolated: true } : { isolated: false, why: describe(left, target), at: target.path }
}

/** Why `who` can replace what lies in this folder; null when they cannot. The sticky bit protects the others' entries. */
function whoCanChange(who: Reacher, folder: Component): string | null {
  if (who.uid === folder.uid) return 'owns a folder above it'
  const may = permissions(who, folder)
  const writable = (may & WRITE) !== 0 && (may & SEARCH) !== 0
  return writable && (folder.mode & STICKY) === 0 ? `may write in a folder above it (${octal(folder)})` : null
}

/**
 * The most that `who`, who is not the owner, may do. Without an access list: the group's bits for its members, the others'
 * bits for everybody else. With one, the group bits of the mode are its mask (acl(5)): no named user or group gets
 * more, so where they are 0 a list has no effect and need not be read; where they are not, anybody may be named.
 */
function permissions(who: Reacher, { gid, mode, accessList }: Component): number {
  const group = (mode >> 3) & 7
  const others = mode & 7
  if (accessList !== false || who.gids === null) return group | others
  return who.gids.includes(gid) ? group : others
}

function describe(bits: number, component: Component): string {
  const verbs = [
    ...((bits & READ) !== 0 ? ['read'] : []),
    ...((bits & WRITE) !== 0 ? ['write'] : []),
    ...((bits & SEARCH) !== 0 ? ['enter'] : []),
  ]
  const list = component.accessList === true ? ', with an access list' : ''
  return `may ${verbs.join(', ')} (${octal(component)}${list})`
}

function octal({ mode }: Component): string {
  return `mode 0${mode.toString(8)}`
}
