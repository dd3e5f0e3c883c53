import type { SystemdSandbox } from '../../support/systemd-sandbox/systemd-sandbox.ts'

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
}

/**
 * Lays a version into the sandbox's /opt/usher: the checkout's code with the flaw, its Node, the units. The first is copied,
 * others share what they have in common.
 */
export async function layVersion(systemd: SystemdSandbox, version: string, flaw: Flaw = {}): Promise<void> {
  const lines = [
    'cd /opt/usher-checkout; mkdir -p /opt/usher',
    'base=$(ls -d /opt/usher/.base 2>/dev/null || true)',
    `if [ -z "$base" ]; then
       mkdir -p /opt/usher/.base/bin /opt/usher/.base/system/usr/lib/systemd/system
       cp -L node_modules/.bin/node /opt/usher/.base/bin/node
       cp -r src conversations package.json /opt/usher/.base/
       cp deploy/units/*.service /opt/usher/.base/system/usr/lib/systemd/system/
       ln -s /opt/usher-checkout/node_modules /opt/usher/.base/node_modules
       chown -R root:root /opt/usher/.base; chmod -R go-w /opt/usher/.base
     fi`,
    `to=/opt/usher/${version}; cp -al /opt/usher/.base $to`,
    // Hard links: what differs is written anew.
    'edit() { sed "$2" "$to/$1" >"$to/$1.new"; cmp -s "$to/$1" "$to/$1.new" && exit 9; mv "$to/$1.new" "$to/$1"; }',
    `cat >$to/usher <<'END'
#!/bin/sh
set -eu
self=$(readlink -f -- "$0")
root=\${self%/*}
exec "$root/bin/node" --disable-warning=ExperimentalWarning "$root/src/launch.js" "$@"
END
chmod 755 $to/usher`,
    `edit package.json 's/"version": "[^"]*"/"version": "${version}"/'`,
    `edit system/usr/lib/systemd/system/usher-worker.service '1i# of version ${version}'`,
    ...(flaw.doesNotStart
      ? ['edit src/worker/main.ts \'1i throw new Error("a version that does not start")\'']
      : []),
    ...(flaw.isNeverReady ? ['edit src/worker/supervise.ts "s/notify(\'READY=1\', /notify(/"'] : []),
    ...(flaw.endsAfterMigration
      ? [
          'edit src/worker/main.ts \'s/^  const told = .*/  throw new Error("a version that ends after its migration")/\'',
        ]
      : []),
    ...(flaw.endsAfterReadyMs === undefined
      ? []
      : [
          `edit src/worker/main.ts 's/^  const told = .*/&; setTimeout(() => process.exit(1), ${flaw.endsAfterReadyMs})/'`,
        ]),
    ...(flaw.migrates
      ? [
          'last=$(ls $to/src/store/migrations | sed -n "s/^0*\\([0-9]*\\)-.*/\\1/p" | tail -n 1)',
          'next=$(printf %04d $((last + 1)))',
          `echo "export const added = 'create table added (id integer primary key) strict'" >$to/src/store/migrations/$next-added.ts`,
          'edit src/store/migrations/index.ts "1i import { added } from \'./$next-added.ts\'"',
          "edit src/store/migrations/index.ts 's/^]$/  added,\\n]/'",
        ]
      : []),
    'echo "{}" >$to/manifest.json',
  ]
  const { status, stderr } = await systemd.run(['/bin/sh', '-euc', lines.join('\n')])
  if (status !== 0) throw new Error(`cannot lay version ${version} (${status}): ${stderr}`)
}
