import { expect } from 'vitest'
import type { SandboxResult } from '../../support/sandbox/sandbox.ts'
import { type StagedImage, stagedImage } from '../../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../../support/systemd-sandbox/systemd-sandbox.ts'

/** A machine with nothing of Usher on it but the staged image, in a folder that only root can write. */
export interface Machine {
  systemd: SystemdSandbox
  image: StagedImage
  /** `usher` of the image, as a word of a shell. */
  staged: string
  /** Runs a script and fails the test when it fails; its output. */
  shell(script: string): Promise<string>
  /** Runs a script, however it ends. */
  attempt(script: string): Promise<SandboxResult>
  /** Every entry below the folders that an installation could touch: kind, owner, mode, contents. */
  snapshot(): Promise<string[]>
}

/** What an installation could touch, as far as it is quick to look at; `host-changes.test.ts` looks at everything. */
const LOOKED_AT =
  '/etc /opt /usr/bin /usr/sbin /usr/lib/systemd /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/share/doc/usher /usr/share/man/man8 /usr/share/bash-completion /usr/share/zsh /usr/share/fish /var/lib /var/cache /home'
/** The account tools' own backups and lock, the journal of systemd and what it keeps of units. */
const OMITTED =
  '/etc/(passwd|group|shadow|gshadow)-|/etc/\\.pwd\\.lock|/opt/usher-checkout|/var/lib/systemd/|/usr/share/doc/[^u]'

/** Boots one. `stop` it with its systemd. */
export async function bootMachine(): Promise<Machine> {
  const image = await stagedImage()
  const systemd = await bootSystemd()
  const attempt = (script: string) => systemd.run(['/bin/bash', '-c', script])
  const shell = async (script: string) => {
    const { status, stdout, stderr } = await attempt(`set -e\n${script}`)
    expect(status, `${script}\n${stdout}\n${stderr}`).toBe(0)
    return stdout
  }
  // What other programs of this machine compile would be seen in it.
  await shell('rm -rf /var/cache/usher')
  const snapshot = async () => {
    const list = `find ${LOOKED_AT} -xdev \\( -type d -printf '%p/ %U:%G %m\\n' -o -type f -printf '%p file %U:%G %m %s\\n' -o -printf '%p %y %U:%G %m %l\\n' \\) 2>/dev/null || true`
    const hashes = 'find /etc /home /var/lib/usher* -xdev -type f -exec sha256sum {} + 2>/dev/null || true'
    const text = await shell(`{ ${list}; ${hashes}; } | grep -Ev '${OMITTED}' | sort`)
    return text.trim().split('\n')
  }
  const staged = `${image.rootInSandbox}/opt/usher/${image.version}/usher`
  return { systemd, image, staged, shell, attempt, snapshot }
}

/** What is in one snapshot and not in the other, with a sign. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  const [was, is] = [new Set(before), new Set(after)]
  return [
    ...before.filter((line) => !is.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !was.has(line)).map((line) => `+ ${line}`),
  ]
}
