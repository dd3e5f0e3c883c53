/** Other versions of what is staged, among them such that fail: made on the machine itself, from one staged image. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makePackage } from '../../../deploy/stage/debian-package.ts'
import { describeFile, MANIFEST_FILE, type Manifest, pathsBelow } from '../../../src/config/manifest.ts'
import { MIGRATIONS } from '../../../src/store/migrations/index.ts'
import { checkoutInSandbox } from '../../support/sandbox/sandbox.ts'
import { stagedImage } from '../../support/staged.ts'
import type { SystemdSandbox } from '../../support/systemd-sandbox/systemd-sandbox.ts'

const cache = fileURLToPath(new URL('../../../.cache', import.meta.url))

/** How a version differs from the one that works. */
export interface Flaw {
  /** Ends at once when it is told to be the worker. */
  doesNotStart?: boolean
  /** Serves, and never says that it is ready. */
  isNeverReady?: boolean
  /** Ends when it has migrated the database and is about to serve. */
  endsAfterMigration?: boolean
  /** Ends that many milliseconds after it said that it is ready. */
  endsAfterReadyMs?: number
  /** Has one migration more. */
  migrates?: boolean
  /** What the package would have in /etc/usher/config.yaml. */
  config?: string
}

export interface Variants {
  /** The staged image as a version of that name, in an image of its own. */
  image(version: string, flaw?: Flaw): Promise<string>
  /** The same as a package; its path in a sandbox. */
  deb(version: string, flaw?: Flaw): Promise<string>
  /** Lays the version into the sandbox's /opt/usher; those that are there share their runtime. */
  lay(systemd: SystemdSandbox, version: string, flaw?: Flaw): Promise<void>
  /** Removes all of them from the machine. */
  remove(): void
}

export function createVariants(): Variants {
  mkdirSync(cache, { recursive: true })
  const home = mkdtempSync(join(cache, 'variants-'))
  const inSandbox = (path: string) => join(checkoutInSandbox, '.cache', path.slice(cache.length))

  async function image(version: string, flaw: Flaw = {}): Promise<string> {
    const { root: staged, version: original } = await stagedImage()
    const root = join(home, version)
    // Hard links: whatever differs is written anew.
    execFileSync('cp', ['-al', '--', staged, root])
    const tree = join(root, 'opt/usher', version)
    renameSync(join(root, 'opt/usher', original), tree)
    const edit = (path: string, from: RegExp, to: string) => {
      const file = join(root, path)
      const before = readFileSync(file, 'utf8')
      const after = before.replace(from, to)
      if (after === before) throw new Error(`cannot change ${path}: it has no ${from}`)
      rmSync(file)
      writeFileSync(file, after)
    }
    const code = (path: string, from: RegExp, to: string) =>
      edit(`opt/usher/${version}/src/${path}`, from, to)
    applyFlaw(flaw, tree, code)
    edit(`opt/usher/${version}/package.json`, /"version": "[^"]*"/, `"version": "${version}"`)
    for (const folder of [`opt/usher/${version}/system`, '.'])
      edit(`${folder}/usr/lib/systemd/system/usher-worker.service`, /^/, `# of version ${version}\n`)
    if (flaw.config !== undefined)
      for (const folder of [`opt/usher/${version}/system`, '.'])
        edit(`${folder}/etc/usher/config.yaml`, /[\s\S]*/, flaw.config)
    const manifest = JSON.parse(readFileSync(join(tree, MANIFEST_FILE), 'utf8')) as Manifest
    rmSync(join(tree, MANIFEST_FILE))
    const files = pathsBelow(tree).map((path) => describeFile(tree, path)!)
    writeFileSync(join(tree, MANIFEST_FILE), JSON.stringify({ ...manifest, version, files }))
    return root
  }

  return {
    image,
    async deb(version, flaw) {
      return inSandbox(makePackage(await image(version, flaw), home, { compression: 0 }))
    },
    async lay(systemd, version, flaw) {
      const from = join(inSandbox(await image(version, flaw)), 'opt/usher', version)
      const script = `mkdir -p /opt/usher; node=$(ls -d /opt/usher/*/bin/node 2>/dev/null | head -n 1)
        mkdir /opt/usher/.new; cd ${from}; for each in *; do [ $each = bin ] || cp -a $each /opt/usher/.new/; done
        if [ -n "$node" ]; then mkdir /opt/usher/.new/bin; ln $node /opt/usher/.new/bin/node; else cp -a bin /opt/usher/.new/; fi
        mv /opt/usher/.new /opt/usher/${basename(from)}`
      const { status, stderr } = await systemd.run(['/bin/sh', '-euc', script])
      if (status !== 0) throw new Error(`cannot lay version ${version} (${status}): ${stderr}`)
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

function applyFlaw(flaw: Flaw, tree: string, edit: (path: string, from: RegExp, to: string) => void): void {
  const ready = /^ *const told = .*$/m
  if (flaw.doesNotStart) edit('worker/main.js', /^/, 'throw new Error("a version that does not start");\n')
  if (flaw.isNeverReady) edit('worker/supervise.js', /notify\('READY=1', /, 'notify(')
  if (flaw.endsAfterMigration)
    edit('worker/main.js', ready, 'throw new Error("a version that ends after its migration");')
  if (flaw.endsAfterReadyMs !== undefined)
    edit('worker/main.js', ready, `$&\nsetTimeout(() => process.exit(1), ${flaw.endsAfterReadyMs});`)
  if (!flaw.migrates) return
  const name = `${String(MIGRATIONS.length + 1).padStart(4, '0')}-added.js`
  writeFileSync(
    join(tree, 'src/store/migrations', name),
    "export const added = 'create table added (id integer primary key) strict';\n",
  )
  edit('store/migrations/index.js', /^/, `import { added } from './${name}';\n`)
  edit('store/migrations/index.js', /^\];/m, '    added,\n];')
}
