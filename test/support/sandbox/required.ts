/** Set up before every test file of a level that changes the machine: such a file must not run on the real one. */
import { insideSandbox } from './sandbox.ts'

if (!insideSandbox()) {
  throw new Error(
    'cannot run this level outside a sandbox: it would change this machine; run it as root with: npm test -- LEVEL FILE',
  )
}
