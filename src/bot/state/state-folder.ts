import { chmod, lstat, mkdir } from 'node:fs/promises'

export type StateFolderResult = { ok: true } | { ok: false; message: string }

/** Makes the bot's own folder, or makes sure that it is a folder of this uid that nobody else can enter. */
export async function ensureStateFolder(folder: string, uid: number): Promise<StateFolderResult> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const found = await lstat(folder)
    if (!found.isDirectory()) return refuse(folder, 'it is not a folder; move it away')
    if (found.uid !== uid) return refuse(folder, `it belongs to uid ${found.uid}; chown it to uid ${uid}`)
    if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700)
    return { ok: true }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return refuse(folder, `${code}; make it for the bot's account with mode 0700`)
  }
}

function refuse(folder: string, why: string): StateFolderResult {
  return { ok: false, message: `cannot use the bot's state folder ${folder}: ${why}` }
}
