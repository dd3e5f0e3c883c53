import { expect, test } from 'vitest'
import { accountsOf } from '../../demo/web/host-view.ts'

test('accounts of people are named with all their groups, those of the system are not', () => {
  const passwd = `root:x:0:0:root:/root:/bin/bash
usher:x:998:998::/var/lib/usher-bot:/usr/sbin/nologin
ada:x:1000:1000:Ada:/home/ada:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`
  const group = 'agents:x:1001:alan,ada\nada:x:1000:\nothers:x:1002:adam\n'
  expect(accountsOf(passwd, group)).toEqual([{ name: 'ada', uid: 1000, groups: ['agents', 'ada'] }])
})
