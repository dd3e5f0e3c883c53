/** Who pressed Start at the bot. `pending`: an account may wait for it, and nobody has looked yet. */
export const starts = `
create table starts (
  telegram_id integer primary key,
  at integer not null,
  pending integer not null check (pending in (0, 1))
) strict;
create index starts_pending on starts (telegram_id) where pending = 1
`
