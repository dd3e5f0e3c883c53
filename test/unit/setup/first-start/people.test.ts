import { describe, expect, it } from 'vitest'
import { parsePasswd } from '../../../../src/provisioning/host/accounts/passwd.ts'
import { comparePeople, type FoundRoster } from '../../../../src/setup/first-start/people.ts'
import { peopleLines } from '../../../../src/setup/first-start/texts.ts'

const PASSWD = parsePasswd(`root:x:0:0::/root:/bin/bash
usher:x:999:999::/nonexistent:/usr/sbin/nologin
ada:x:1000:1000::/home/ada:/bin/bash
kim:x:1001:1001::/home/kim:/bin/bash
agents:x:1002:1002::/srv/agents:/bin/bash
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
`)
const entry = (os_user: string) => ({ telegram_id: 7, name: os_user, os_user, role: 'user' })
const compare = (roster: FoundRoster) =>
  comparePeople(roster, PASSWD, { min: 1000, max: 60_000 }, new Set(['agents']))
const textOf = (roster: FoundRoster) =>
  peopleLines(compare(roster), '/etc/usher/users.yaml')
    .map(({ text }) => text)
    .join('\n')

describe('who is on this host already', () => {
  it('are accounts in the range of people, and entries; each without its counterpart is named', () => {
    const found = compare({ state: 'readable', people: [entry('ada'), entry('gone')] })
    expect(found.withoutEntry.map(({ name }) => name)).toEqual(['kim'])
    expect(found.withoutAccount.map(({ os_user }) => os_user)).toEqual(['gone'])
  })

  it('is said with the command that adopts, which setup does not run itself', () => {
    const text = textOf({ state: 'readable', people: [entry('ada')] })
    expect(text).toContain('kim (uid 1001)')
    expect(text).toContain('sudo usher adduser --adopt --os-user kim')
    expect(text).not.toContain('ada (uid')
  })

  it('is not guessed from a roster that cannot be used', () => {
    const text = textOf({ state: 'unusable', message: 'line 3: bad', fix: 'edit it' })
    expect(text).toContain('line 3: bad')
    expect(text).toContain('mend: edit it')
    expect(text).not.toContain('adopt')
  })
})
