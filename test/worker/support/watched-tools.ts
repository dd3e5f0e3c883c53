import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { insideSandbox } from '../../support/sandbox/sandbox.ts'

const TOOLS = ['useradd', 'userdel', 'usermod', 'groupdel', 'gpasswd']
const LOG = '/run/watched-tools.log'

/** One call of an account tool, in nanoseconds of the clock. */
export interface ToolCall {
  tool: string
  began: bigint
  ended: bigint
}

/** Puts a wrapper around each account tool that writes down when it began and ended. Inside a sandbox only. */
export function watchTools(): { calls: () => ToolCall[]; restore: () => void } {
  if (!insideSandbox()) throw new Error('the tools of this machine are not ours to wrap')
  const paths = TOOLS.map((tool) => ['/usr/sbin', '/usr/bin'].map((folder) => `${folder}/${tool}`))
  const found = paths.map((candidates) => candidates.find((path) => existsSync(path)) ?? '')
  rmSync(LOG, { force: true })
  for (const path of found) {
    renameSync(path, `${path}.watched`)
    const script = [
      '#!/bin/sh',
      `began=$(date +%s%N)`,
      `${path}.watched "$@"`,
      'status=$?',
      `echo "${path.split('/').at(-1)} $began $(date +%s%N)" >>${LOG}`,
      'exit $status',
    ]
    writeFileSync(path, `${script.join('\n')}\n`, { mode: 0o755 })
  }
  return {
    calls: () =>
      readFileSync(LOG, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
        .map(([tool = '', began = '', ended = '']) => ({ tool, began: BigInt(began), ended: BigInt(ended) })),
    restore: () => {
      for (const path of found) renameSync(`${path}.watched`, path)
      rmSync(LOG, { force: true })
    },
  }
}
