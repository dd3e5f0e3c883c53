import koffi from 'koffi'

/** Tags of an entry in the kernel's form of an access list (linux/posix_acl.h), and the version of that form. */
const TAG = { owner: 0x01, user: 0x02, group: 0x04, mask: 0x10, others: 0x20 }
const VERSION = 2
const NOBODY_IN_PARTICULAR = 0xffffffff

/**
 * Lets `uid` read and enter a folder by an extended access list, as `setfacl -m u:UID:rx` does, which need not be
 * installed. Group and others get nothing.
 */
export function nameInAccessList(path: string, uid: number): void {
  const entries = [
    [TAG.owner, 7, NOBODY_IN_PARTICULAR],
    [TAG.user, 5, uid],
    [TAG.group, 0, NOBODY_IN_PARTICULAR],
    [TAG.mask, 5, NOBODY_IN_PARTICULAR],
    [TAG.others, 0, NOBODY_IN_PARTICULAR],
  ] as const
  const list = Buffer.alloc(4 + entries.length * 8)
  list.writeUInt32LE(VERSION)
  for (const [index, [tag, permissions, id]] of entries.entries()) {
    const at = 4 + index * 8
    list.writeUInt16LE(tag, at)
    list.writeUInt16LE(permissions, at + 2)
    list.writeUInt32LE(id, at + 4)
  }
  const libc = koffi.load('libc.so.6')
  const setxattr = libc.func('int setxattr(str path, str name, void *value, size_t size, int flags)')
  if (setxattr(path, 'system.posix_acl_access', list, list.length, 0) !== 0) {
    throw new Error(`cannot set an access list on ${path}`)
  }
}
