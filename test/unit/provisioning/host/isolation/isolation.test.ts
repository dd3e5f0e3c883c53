import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ANYBODY,
  type Component,
  reach,
  type Trail,
} from '../../../../../src/provisioning/host/isolation/isolation.ts'

const maria = { uid: 1001, gids: [1001, 2000] }
const stranger = { uid: 1009, gids: [1009] }

const component = (
  path: string,
  mode: number,
  uid = 0,
  gid = 0,
  accessList: boolean | null = false,
): Component => ({
  path,
  mode,
  uid,
  gid,
  accessList,
})
const trail = (...components: Component[]): Trail => ({
  components: [component('/', 0o755), ...components],
  linkFolders: [],
})

describe('a path is isolated from somebody', () => {
  test('when its own mode gives nothing to group and others', () => {
    expect(reach(stranger, trail(component('/srv', 0o755), component('/srv/a', 0o700, 1001, 1001)))).toEqual({
      isolated: true,
    })
  })

  test('when a folder above it cannot be entered, whatever lies below', () => {
    const open = trail(component('/home/a', 0o700, 1001, 1001), component('/home/a/work', 0o777, 1001, 1001))
    expect(reach(stranger, open)).toEqual({ isolated: true })
  })

  test('when only its group may and they are not in it', () => {
    expect(reach(stranger, trail(component('/a', 0o750, 1001, 2000)))).toEqual({ isolated: true })
  })

  test('when they are in its group, which may less than others', () => {
    expect(reach(maria, trail(component('/a', 0o705, 1009, 2000)))).toEqual({ isolated: true })
  })

  test('when it may only be passed through and no more was asked', () => {
    const state = trail(component('/var/lib/state', 0o711))
    expect(reach(stranger, state, 'unlisted')).toEqual({ isolated: true })
    expect(reach(stranger, state)).toMatchObject({ isolated: false, why: 'may enter (mode 0711)' })
  })

  test('when an access list is without effect because its mask is empty', () => {
    expect(reach(stranger, trail(component('/a', 0o700, 1001, 1001, true)))).toEqual({ isolated: true })
  })
})

describe('a path is not isolated from somebody', () => {
  test.for([
    ['owns it', component('/a', 0o000, 1001), /owns it/],
    ['may read it as anybody', component('/a', 0o704), /may read/],
    ['may write it as anybody', component('/a', 0o702), /may write/],
    ['may enter it as anybody', component('/a', 0o701), /may enter/],
    ['may read and enter it by a group', component('/a', 0o750, 0, 2000), /may read, enter/],
    ['may be named in an access list', component('/a', 0o750, 0, 0, true), /access list/],
    ['may be named in an access list that nobody looked at', component('/a', 0o750, 0, 0, null), /may read/],
  ] as const)('who %s', ([, target, why]) => {
    expect(reach(maria, trail(target))).toMatchObject({
      isolated: false,
      at: '/a',
      why: expect.stringMatching(why),
    })
  })

  test('who owns a folder above it, even one that is closed to them now', () => {
    const found = reach(maria, trail(component('/x', 0o000, 1001), component('/x/a', 0o700)))
    expect(found).toEqual({ isolated: false, at: '/x', why: 'owns a folder above it' })
  })

  test('who may exchange it in a folder above it', () => {
    const found = reach(stranger, trail(component('/x', 0o777), component('/x/a', 0o700)))
    expect(found).toMatchObject({ isolated: false, at: '/x' })
  })

  test('but the sticky bit keeps them from exchanging what is not theirs', () => {
    expect(reach(stranger, trail(component('/tmp', 0o1777), component('/tmp/a', 0o700)))).toEqual({
      isolated: true,
    })
  })

  test('who can lead us elsewhere by a folder that a link lies in', () => {
    const led: Trail = { ...trail(component('/real', 0o700)), linkFolders: [component('/links', 0o777)] }
    expect(reach(stranger, led)).toMatchObject({ isolated: false, at: '/links' })
    const safe: Trail = { ...led, linkFolders: [component('/links', 0o755)] }
    expect(reach(stranger, safe)).toEqual({ isolated: true })
  })

  test('who cannot enter the folder of the link, when the place itself is open by another way', () => {
    const led: Trail = { ...trail(component('/real', 0o755)), linkFolders: [component('/links', 0o700)] }
    expect(reach(stranger, led)).toMatchObject({ isolated: false, at: '/real' })
  })
})

const modes = fc.integer({ min: 0, max: 0o1777 })
const components = fc.record({
  path: fc.constant('/x'),
  uid: fc.constantFrom(0, 1002),
  gid: fc.constantFrom(0, 1009, 2000),
  mode: modes,
  accessList: fc.constantFrom(true, false, null),
})
const trails = fc.record({
  components: fc.array(components, { minLength: 1, maxLength: 4 }),
  linkFolders: fc.array(components, { maxLength: 2 }),
})
const reachers = fc.record({ uid: fc.constantFrom(1008, 1009), gids: fc.subarray([1009, 2000]) })

test('what is closed to anybody is closed to everybody who owns none of it', () => {
  fc.assert(
    fc.property(trails, reachers, (anyTrail, who) => {
      fc.pre(reach(ANYBODY, anyTrail).isolated)
      expect(reach(who, anyTrail).isolated).toBe(true)
    }),
  )
})

test('knowing more never opens what was closed before', () => {
  const learn = (known: Component): Component => ({ ...known, accessList: known.accessList ?? false })
  fc.assert(
    fc.property(trails, reachers, (anyTrail, who) => {
      fc.pre(reach({ ...who, gids: null }, anyTrail).isolated)
      const learnt = {
        components: anyTrail.components.map(learn),
        linkFolders: anyTrail.linkFolders.map(learn),
      }
      expect(reach(who, learnt).isolated).toBe(true)
    }),
  )
})

test('closing a mode never opens a path', () => {
  fc.assert(
    fc.property(trails, reachers, modes, (anyTrail, who, mask) => {
      fc.pre(reach(who, anyTrail).isolated)
      // Per component `group & others` is not monotone for members of a group, so only whole classes are closed.
      const close = (known: Component): Component => ({
        ...known,
        mode: known.mode & ~(mask & 0o007 ? 0o007 : 0),
      })
      const target = anyTrail.components.at(-1)!
      const closed = { ...anyTrail, components: [...anyTrail.components.slice(0, -1), close(target)] }
      expect(reach(who, closed).isolated).toBe(true)
    }),
  )
})
