/**
 * The worker of the crash suite: the real one, in a process in which every effect passes the fault injector. Obeys the orders
 * that its parent sends; tells on descriptor 3 what happens.
 */
import { flushCompileCache, syncBuiltinESMExports } from 'node:module'
import { stepRegistry } from '../../src/provisioning/registry.ts'
import { main } from '../../src/worker/main.ts'
import { hurryTimeouts } from './injector/clock.ts'
import { interceptDatabase } from './injector/database.ts'
import { interceptFiles } from './injector/files.ts'
import { createInjector } from './injector/injector.ts'
import type { Order } from './injector/orders.ts'
import { interceptPrograms } from './injector/programs.ts'
import { nameSteps } from './injector/steps.ts'

const injector = createInjector()
await interceptFiles(injector)
interceptPrograms(injector)
interceptDatabase(injector)
syncBuiltinESMExports()
nameSteps(injector, stepRegistry)

let hurries = false
process.on('message', (order: Order) => {
  if (order.do === 'break' && !hurries) hurryTimeouts()
  hurries ||= order.do === 'break'
  if (order.do === 'record') flushCompileCache()
  injector.obey(order)
  injector.report({ told: 'ordered' })
})
process.on('disconnect', () => process.exit(0))

process.exitCode = await main(process.argv.slice(2), { development: null, distrust: null })
