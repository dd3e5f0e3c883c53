import type { User } from 'grammy/types'

interface NewUser {
  id?: number
  first_name: string
  last_name?: string
  username?: string
  language_code?: string
  is_bot?: boolean
  phone_number?: string
}

/** Everybody who has a Telegram account in this small world, whether or not they know the bot. */
export interface Users {
  /** Throws when the id is taken. */
  create(user: NewUser): User
  find(id: number): User | undefined
  phoneOf(id: number): string
  list(): User[]
}

const MAX_USERS = 10_000

export function createUsers(firstId = 700_000_001): Users {
  const users = new Map<number, { user: User; phone: string }>()
  let nextId = firstId
  const freeId = () => {
    while (users.has(nextId)) nextId += 1
    return nextId
  }
  return {
    create({ id = freeId(), phone_number, is_bot = false, ...names }) {
      if (users.has(id)) throw new Error(`cannot create user ${id}: that id is taken`)
      if (users.size >= MAX_USERS) throw new Error(`cannot create user ${id}: there are ${MAX_USERS} already`)
      const user: User = { id, is_bot, ...names }
      users.set(id, { user, phone: phone_number ?? `+999${String(id).padStart(9, '0')}` })
      return user
    },
    find: (id) => users.get(id)?.user,
    phoneOf: (id) => users.get(id)?.phone ?? '',
    list: () => [...users.values()].map(({ user }) => user),
  }
}
