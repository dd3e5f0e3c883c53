import { describe, expect, test } from 'vitest'
import { gecosOf } from '../../../../../src/domain/gecos.ts'
import {
  foreignSources,
  parseGroup,
  parsePasswd,
  parseShadow,
  settingOf,
} from '../../../../../src/provisioning/host/accounts/passwd.ts'
import { sudoIncludes, sudoRulesFor } from '../../../../../src/provisioning/host/accounts/sudoers.ts'

describe('the files of the account database', () => {
  test('malformed lines are skipped and the fields of the others are kept as they are', () => {
    const text =
      'root:x:0:0:root:/root:/bin/bash\n# no\n\nbroken:x:1\nann:x:x1:1::/:/\nünal:x:1000:1000:Ü,,,:/home/ü:\n'
    expect(parsePasswd(text).map((entry) => entry.name)).toEqual(['root', 'ünal'])
    expect(parsePasswd(text)[1]).toEqual({
      name: 'ünal',
      uid: 1000,
      gid: 1000,
      gecos: 'Ü,,,',
      home: '/home/ü',
      shell: '',
    })
    expect(parseGroup('a:x:5:\nb:x:6:ann,,bob\nc:x\n')).toEqual([
      { name: 'a', gid: 5, members: [] },
      { name: 'b', gid: 6, members: ['ann', 'bob'] },
    ])
  })

  test('shadow says who is locked and from which day on expired', () => {
    expect(parseShadow('a:!:1:0:99999:7:::\nb:$y$x:1:0:99999:7::1:\nc:*:1::::::\n')).toEqual([
      { name: 'a', locked: true, expireDay: null },
      { name: 'b', locked: false, expireDay: 1 },
      { name: 'c', locked: true, expireDay: null },
    ])
  })

  test('settings are read from login.defs and from shell-like defaults, comments left out', () => {
    expect(settingOf('# UID_MIN 5\nUID_MIN\t\t 1000 # people\n', 'UID_MIN')).toBe('1000')
    expect(settingOf('HOME=/home\n# HOME=/x\nHOME="/srv/home"\n', 'HOME')).toBe('/srv/home')
    expect(settingOf('', 'HOME')).toBe(null)
  })

  test('only sources beyond the local files count as foreign', () => {
    expect(
      foreignSources('passwd: files systemd\ngroup: files [!UNAVAIL=return] sss ldap # x\n', 'passwd'),
    ).toEqual([])
    expect(foreignSources('passwd: files\ngroup: files [!UNAVAIL=return] sss ldap # x\n', 'group')).toEqual([
      'sss',
      'ldap',
    ])
  })

  test('a name becomes a GECOS field without separators, line ends and invisible characters', () => {
    expect(gecosOf('Ann, of:the\n "B&C"=\u202edcba\u001b[31m Ünal')).toBe('Ann of the B C dcba[31m Ünal')
    expect(gecosOf('x'.repeat(300))).toHaveLength(100)
  })
})

describe('sudo rules', () => {
  const ann = {
    name: 'ann',
    uid: 1001,
    groups: [
      { name: 'ann', gid: 1001 },
      { name: 'crew', gid: 50 },
    ],
  }
  const rules = (...texts: string[]) => sudoRulesFor(texts, ann)

  test.each([
    ['by name', 'ann ALL=(ALL) ALL'],
    ['in a list', 'bob , ann ALL = /bin/ls'],
    ['by uid', '#1001 ALL=(ALL) ALL'],
    ['by group', '%crew ALL=(ALL:ALL) NOPASSWD: ALL'],
    ['by gid', '%#50 ALL=ALL'],
    ['as everybody', 'ALL ALL=(root) /bin/id'],
    ['in quotes', '"ann" ALL=ALL'],
  ])('are found when they name the account %s', (_title, rule) => {
    expect(rules(`# ann ALL=ALL\nDefaults:ann !lecture\n${rule}\nbob ALL=ALL\n%crew2 ALL=ALL\n`)).toEqual([
      rule,
    ])
  })

  test('are found through aliases of aliases and over continued lines', () => {
    const text = 'User_Alias A = bob, B : B = cid, \\\n  ann\nA ALL=(ALL) ALL\nC ALL=ALL\n'
    expect(rules(text)).toEqual(['A ALL=(ALL) ALL'])
  })

  test('that exclude the account or name others are not listed', () => {
    expect(rules('!ann ALL=ALL\nbob ALL=(ann) ALL\nRunas_Alias ANN = ann\n')).toEqual([])
  })

  test('included files and folders are told apart', () => {
    expect(sudoIncludes('#includedir /etc/sudoers.d\n@include "local"\n# include x\n')).toEqual([
      { path: '/etc/sudoers.d', directory: true },
      { path: 'local', directory: false },
    ])
  })
})
