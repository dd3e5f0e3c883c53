/**
 * Codes of the witness: what each is bound to, never the code itself. `end` null: it is good until it expires. `told_at` null: the witness
 * has not dealt with it; `cleared_at` null: the message that shows it still does.
 */
export const witness = `
create table witness_codes (
  id integer primary key autoincrement,
  request_id integer not null references requests (id),
  revision integer not null,
  digest text not null,
  telegram_id integer not null,
  nonce text not null,
  made_at integer not null,
  expires_at integer not null,
  tries integer not null,
  "end" text check ("end" in ('used', 'replaced', 'spent', 'unsent')),
  told_at integer,
  message_id integer,
  cleared_at integer
) strict;
create index witness_codes_of_admins on witness_codes (telegram_id, made_at);
create index witness_codes_untold on witness_codes (id) where told_at is null and "end" is null;
create index witness_codes_uncleared on witness_codes (id) where message_id is not null and cleared_at is null
`
