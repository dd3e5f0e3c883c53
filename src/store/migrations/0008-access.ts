/** Who asked to be let in, who was invited, and who is never answered. */
export const access = `
create table access_requests (
  id integer primary key autoincrement,
  telegram_id integer not null,
  name text not null,
  telegram_name text not null,
  username text,
  github text,
  note text,
  language text,
  role text,
  os_user text,
  invitation_id integer,
  state text not null check (state in
    ('waiting', 'completed', 'granted', 'denied', 'expired', 'withdrawn', 'blocked')),
  asked_at integer not null,
  expires_at integer not null,
  decided_at integer,
  decided_by text,
  reason text,
  request_id integer
) strict;
create unique index access_requests_open on access_requests (telegram_id) where state in ('waiting', 'completed');
create index access_requests_waiting on access_requests (expires_at) where state = 'waiting';
create index access_requests_by_person on access_requests (telegram_id, asked_at);
create index access_requests_by_time on access_requests (asked_at);
create index access_requests_by_request on access_requests (request_id) where request_id is not null;
create index access_requests_over on access_requests (decided_at) where state not in ('waiting', 'completed');

create table invitations (
  id integer primary key autoincrement,
  code_hash text not null unique,
  role text not null,
  os_user text,
  note text,
  state text not null check (state in ('open', 'opened', 'used', 'revoked', 'expired')),
  created_by text not null,
  created_at integer not null,
  expires_at integer not null,
  opened_by integer,
  opened_at integer,
  ended_at integer,
  access_id integer
) strict;
create index invitations_pending on invitations (expires_at) where state in ('open', 'opened');
create index invitations_of_person on invitations (opened_by) where state = 'opened';
create index invitations_by_maker on invitations (created_by, created_at);
create index invitations_over on invitations (ended_at) where ended_at is not null;

create table blocks (
  telegram_id integer primary key,
  by text not null,
  at integer not null,
  reason text
) strict;
create index blocks_by_time on blocks (at)
`
