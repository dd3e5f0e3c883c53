import { type Config, SOCKETS } from './config.ts'

/** Which program asks; each is expected on a socket of its own. */
export type SocketProgram = 'cli' | 'bot' | 'claim' | 'witness' | 'approver'

export interface SocketChoice {
  path: string
  /** The uid that must be at the other end; null where the folder's owner says enough. */
  expectServerUid: number | null
}

/**
 * The socket that this process talks to: uid 0 the operator's, bot, witness and approver account their own, everybody else the common one. In
 * single-user mode the caller is the operator of their own worker. A claim always goes to the common one: only there a uid
 * stands for its account.
 */
export function socketFor(config: Config, uid: number, program: SocketProgram): SocketChoice {
  const at = (name: string) => `${config.paths.run}/${name}`
  if (program === 'bot' || program === 'witness' || program === 'approver') {
    return { path: at(SOCKETS[program]), expectServerUid: config.mode === 'system' ? 0 : uid }
  }
  if (program === 'claim') {
    return {
      path: at(SOCKETS.everybody),
      expectServerUid: config.mode === 'system' && uid !== 0 ? null : uid,
    }
  }
  if (config.mode === 'single-user') return { path: at(SOCKETS.admin), expectServerUid: uid }
  if (uid === 0) return { path: at(SOCKETS.admin), expectServerUid: 0 }
  return { path: at(SOCKETS.everybody), expectServerUid: null }
}
