import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differencesFromManifest, readManifest } from '../../src/config/manifest.ts'
import { debFile, type Package, stagedImage } from '../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'

let systemd: SystemdSandbox
let made: Package
let tree: string
beforeAll(async () => {
  made = await debFile()
  const { root, version } = await stagedImage()
  tree = join(root, 'opt/usher', version)
  systemd = await bootSystemd()
})
afterAll(async () => systemd?.stop())

const shell = async (script: string) => {
  const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', script])
  expect(status, `${script}\n${stdout}\n${stderr}`).toBe(0)
  return stdout.trim()
}
const unpacked = async () => {
  await shell(`rm -rf /tmp/unpacked; dpkg-deb --raw-extract ${made.fileInSandbox} /tmp/unpacked`)
  return '/tmp/unpacked'
}

describe('the staged tree', () => {
  test('is what its manifest says', () => {
    const read = readManifest(tree)
    expect(read).toMatchObject({ ok: true, manifest: { version: made.version, arch: process.arch } })
    expect(read.ok && differencesFromManifest(tree, read.manifest)).toEqual([])
  })

  test('has what is loaded by its path, and nothing for development', () => {
    const read = readManifest(tree)
    const paths = read.ok ? read.manifest.files.map(({ path }) => path) : []
    for (const path of ['package.json', 'src/launch.js', 'src/store/dialects/sqlite/quick-check.js']) {
      expect(paths).toContain(path)
    }
    const stray =
      /(\.([cm]?ts|map|md|sh|h|cc|S)|(^|\/)(test|tests|__tests__|\.[^/]*))$|(^|\/)(test|vitest|typescript)\//
    expect(
      paths.filter(
        (path) =>
          stray.test(path) && !path.startsWith('system/usr/share/doc/') && !/\/licen[cs]e\.md$/i.test(path),
      ),
    ).toEqual([])
    expect(paths.filter((path) => path.endsWith('.node'))).toHaveLength(1)
  })
})

describe('the package', () => {
  test('is below 60 MB, even packed as loosely as this one', () => {
    expect(statSync(made.file).size).toBeLessThan(60e6)
  })

  test('has files where a package may have them, of root, with the modes of all', async () => {
    const lines = (await shell(`dpkg-deb --contents ${made.fileInSandbox}`)).split('\n')
    const entries = lines.map((line) => /^(\S+) (\S+) +\d+ \S+ \S+ \.(\/.*?)(?: -> (.*))?$/.exec(line)!)
    expect(entries.length).toBeGreaterThan(2000)
    const modes = { d: /^drwxr-xr-x$/, '-': /^-rw[-x]r-[-x]r-[-x]$/, l: /^lrwxrwxrwx$/ }
    const odd = entries.filter(([, mode, owner]) => {
      const kind = mode![0] as keyof typeof modes
      return owner !== 'root/root' || !modes[kind]?.test(mode!)
    })
    expect(odd.map(([line]) => line)).toEqual([])
    const executable = entries.filter(([, mode]) => mode!.startsWith('-rwx')).map(([, , , path]) => path)
    expect(executable.sort()).toEqual(['/opt/usher/package/bin/node', '/opt/usher/package/usher'])
    const homes =
      /^\/(opt\/usher\/package\/.*|etc\/usher\/(config\.yaml|MEMORY\.md\.example)|usr\/bin\/usher|usr\/lib\/systemd\/system\/usher-[a-z]+@?\.service|usr\/lib\/(sysusers|tmpfiles)\.d\/usher\.conf|usr\/share\/(man\/man8\/usher\.8\.gz|doc\/usher\/.*|bash-completion\/completions\/usher|zsh\/vendor-completions\/_usher|fish\/vendor_completions\.d\/usher\.fish))$/
    const elsewhere = entries.filter(([, mode, , path]) => !mode!.startsWith('d') && !homes.test(path!))
    expect(elsewhere.map(([, , , path]) => path)).toEqual([])
    const links = entries.filter(([, mode]) => mode!.startsWith('l'))
    expect(links.map(([, , , path, target]) => `${path} ${target}`)).toEqual([
      '/usr/bin/usher /opt/usher/current/usher',
    ])
  })

  test('tells dpkg what it is, what it needs and what of it belongs to the administrator', async () => {
    const field = (name: string) => shell(`dpkg-deb --field ${made.fileInSandbox} ${name}`)
    expect(await field('Version')).toBe(made.version)
    expect(await field('Architecture')).toBe(await shell('dpkg --print-architecture'))
    expect(await field('Depends')).toMatch(
      /libc6 \(>= 2\.[0-9]+\).*\bpasswd\b.*\bsystemd \(>= 247\).*util-linux/,
    )
    expect(Number(await field('Installed-Size'))).toBeGreaterThan(100_000)
    expect(await shell(`dpkg-deb --ctrl-tarfile ${made.fileInSandbox} | tar -xO ./conffiles`)).toBe(
      '/etc/usher/MEMORY.md.example\n/etc/usher/config.yaml',
    )
    const root = await unpacked()
    expect(await shell(`cd ${root}; grep -r '@[A-Z_]*@' DEBIAN || true`)).toBe('')
    expect(await shell(`cd ${root}; md5sum --check --quiet DEBIAN/md5sums; wc -l <DEBIAN/md5sums`)).toBe(
      await shell(`cd ${root}; find . -type f ! -path './DEBIAN/*' ! -path './etc/*' | wc -l`),
    )
    for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
      expect(await shell(`stat -c %a ${root}/DEBIAN/${script}; sh -n ${root}/DEBIAN/${script}`)).toBe('755')
    }
  })

  test('says whose work is in it', async () => {
    const copyright = await shell(`cat ${await unpacked()}/usr/share/doc/usher/copyright`)
    for (const part of ['bin/node', 'node_modules/zod/*', 'node_modules/koffi/*', 'node_modules/grammy/*']) {
      expect(copyright).toContain(`Files: opt/usher/*/${part}\n`)
    }
    expect(copyright).toContain('Redistribution and use in source and binary forms')
  })

  test('names no folder of the machine that it was made on', async () => {
    const root = await unpacked()
    const names = [process.cwd(), '/usher-checkout/', '/usher-stage-', '/usher-package-']
      .map((name) => `-e ${name}`)
      .join(' ')
    expect(await shell(`grep -rlaF ${names} ${root} || true`)).toBe('')
  })

  test('is refused by a machine of another kind, and its program says why it cannot start there', async () => {
    const root = await unpacked()
    await shell(`mkdir -p /tmp/other/DEBIAN
      sed 's/^Architecture: .*/Architecture: s390x/' ${root}/DEBIAN/control >/tmp/other/DEBIAN/control
      dpkg-deb --build /tmp/other /tmp/other.deb`)
    const refused = await systemd.run(['dpkg', '--install', '/tmp/other.deb'])
    expect(refused.status).not.toBe(0)
    expect(refused.stderr).toContain('package architecture (s390x) does not match system')
    // e_machine of the ELF header: EM_S390.
    await shell(
      `printf '\\026' | dd of=${root}/opt/usher/package/bin/node bs=1 seek=18 conv=notrunc status=none`,
    )
    const started = await systemd.run([`${root}/opt/usher/package/usher`, '--version'])
    expect(started.status).not.toBe(0)
    expect(started.stderr).toMatch(
      /cannot start: this is Usher for \S+ Linux with glibc 2\.\d+ or later, and this machine is Linux /,
    )
  })

  test('is the same, byte for byte, whoever makes it, wherever and under whatever umask', async () => {
    const stage = (uid: number, umask: string, folder: string) =>
      shell(`mkdir ${folder}; chown ${uid} ${folder}; cd /; umask ${umask}
        setpriv --reuid=${uid} --regid=${uid} --clear-groups env -i PATH=/usr/bin:/bin HOME=/nonexistent SOURCE_DATE_EPOCH=1790000000 \
          /opt/usher-checkout/node_modules/.bin/node --disable-warning=ExperimentalWarning \
          /opt/usher-checkout/deploy/stage/main.ts ${folder}/root`)
    await shell('rm -rf /srv/*')
    await stage(0, '022', '/srv/one')
    await stage(4242, '077', '/srv/another-place')
    const list = (folder: string) => shell(`cd ${folder}/root; find . -printf '%p %y %m %T@ %l\\n' | sort`)
    expect(await list('/srv/another-place')).toBe(await list('/srv/one'))
    expect(await shell('diff -r --no-dereference /srv/one /srv/another-place')).toBe('')
    const pack = (folder: string) =>
      shell(`cd ${folder}; /opt/usher-checkout/node_modules/.bin/node --input-type=module --eval '
        import { makePackage } from "/opt/usher-checkout/deploy/stage/debian-package.ts"
        makePackage("${folder}/root", "${folder}", { compression: 0 })' 2>&1; cat usher_*.deb | sha256sum`)
    expect(await pack('/srv/another-place')).toBe(await pack('/srv/one'))
    // Everything twice, xz included.
  }, 400_000)
})
