import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Report } from '../../crash/injector/orders.ts'

test('a new step and whatever it changes are crash points without being listed anywhere', async () => {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./new-step.ts', import.meta.url))],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
  )
  const status = new Promise((resolve) => child.once('close', resolve))
  const reports: Report[] = []
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    reports.push(JSON.parse(line) as Report)
  }
  expect(await status).toBe(0)
  const points = reports.flatMap((report) => (report.told === 'point' ? [report.point] : []))
  const ofNewStep = (direction: string, what: string) => ({
    name: `new-step/${direction}/${what}`,
    kind: 'new-step',
    direction,
    form: 'call',
  })
  for (const what of ['appendFile/1', 'truncate/1', 'symlink/1'])
    expect(points).toContainEqual(ofNewStep('do', what))
  for (const what of ['unlink/1', 'unlink/2']) expect(points).toContainEqual(ofNewStep('undo', what))
})
