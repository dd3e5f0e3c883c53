import { checkoutInSandbox } from '../../support/sandbox/sandbox.ts'
import type { SystemdSandbox } from '../../support/systemd-sandbox/systemd-sandbox.ts'

/** Runs a script of `test/services/inside/` as root in a unit of its own and gives the JSON document that it printed. */
export async function runInside<Printed>(
  systemd: SystemdSandbox,
  script: string,
  options: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Printed> {
  const node = `${checkoutInSandbox}/node_modules/.bin/node`
  const file = `${checkoutInSandbox}/test/services/inside/${script}`
  const unit = ['systemd-run', '--quiet', '--pipe', '--wait', '--collect', ...options, '--'] as const
  const result = await systemd.run([...unit, node, file, ...args])
  if (result.status !== 0) throw new Error(`${script} ended with ${result.status}:\n${result.stderr}`)
  return JSON.parse(result.stdout) as Printed
}
