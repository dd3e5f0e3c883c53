/** A process with a step that nobody has told the fault injector about; what it enumerates goes to descriptor 3. */
import { appendFileSync, mkdtempSync, rmdirSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StepRegistry } from '../../../src/provisioning/registry.ts'
import { interceptFiles } from '../../crash/injector/files.ts'
import { createInjector } from '../../crash/injector/injector.ts'
import { nameSteps } from '../../crash/injector/steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'usher-new-step-'))
const file = join(folder, 'file')
const link = join(folder, 'link')
const newStep = {
  apply() {
    appendFileSync(file, 'text')
    truncateSync(file, 1)
    symlinkSync(file, link)
  },
  verify() {},
  undo() {
    for (const path of [link, file]) unlinkSync(path)
  },
}
const injector = createInjector()
await interceptFiles(injector)
syncBuiltinESMExports()
nameSteps(injector, { 'new-step': newStep } as unknown as StepRegistry)
injector.obey({ do: 'record' })
newStep.apply()
newStep.undo()
injector.obey({ do: 'nothing' })
rmdirSync(folder)
