/** Tables of the first version. `strict` makes SQLite refuse a value of the wrong type. */
export const initial = `
create table meta (key text primary key, value text not null) strict;

create table requests (
  id integer primary key autoincrement,
  revision integer not null,
  kind text not null check (kind in ('onboard', 'undo')),
  host text not null,
  state text not null check (state in ('draft', 'submitted', 'approved', 'denied', 'expired', 'cancelled')),
  subject text not null,
  subject_hash text not null,
  subject_telegram_id integer not null,
  requester_key text not null,
  requester text not null,
  requester_person_key text,
  plan text not null,
  basis text not null,
  created_at integer not null,
  submitted_at integer,
  expires_at integer not null,
  decided_at integer,
  decided_by text,
  reason text
) strict;
create index requests_by_expiry on requests (state, expires_at);
create index requests_by_subject on requests (subject_hash, requester_key) where state = 'draft';
create index requests_by_person on requests (subject_telegram_id);

-- What an open request holds against others: os_user:NAME, telegram:ID, uid:N.
create table holds (
  resource text primary key,
  request_id integer not null references requests (id)
) strict, without rowid;
create index holds_by_request on holds (request_id);

create table approvals (
  request_id integer not null references requests (id),
  revision integer not null,
  person_key text not null,
  digest text not null,
  actor text not null,
  via text not null check (via in ('chat', 'terminal')),
  at integer not null,
  primary key (request_id, revision, person_key)
) strict, without rowid;

create table consents (
  request_id integer not null references requests (id),
  revision integer not null,
  by text not null check (by in ('owner', 'operator')),
  uid integer,
  reason text,
  at integer not null,
  primary key (request_id, revision)
) strict, without rowid;

create table claims (
  request_id integer primary key references requests (id),
  revision integer not null,
  code_hash text not null unique,
  uid integer not null,
  issued_at integer not null
) strict;

create table runs (
  id integer primary key autoincrement,
  request_id integer not null references requests (id),
  revision integer not null,
  kind text not null check (kind in ('onboard', 'undo')),
  undo_of integer references runs (id),
  state text not null check (state in
    ('queued', 'running', 'undoing', 'succeeded', 'undone', 'failed', 'superseded', 'cancelled')),
  digest text not null,
  marker text not null,
  os_user text not null,
  telegram_id integer not null,
  queued_at integer not null,
  started_at integer,
  finished_at integer,
  unique (request_id, revision)
) strict;
create index runs_unfinished on runs (id) where state in ('queued', 'running', 'undoing');
create index runs_by_person on runs (telegram_id);

create table run_steps (
  run_id integer not null references runs (id),
  idx integer not null,
  kind text not null,
  state text not null check (state in
    ('pending', 'applying', 'applied', 'failed', 'undoing', 'undone', 'kept', 'undo_failed', 'skipped')),
  params text not null,
  effect text not null,
  record text,
  attempts integer not null default 0,
  started_at integer,
  finished_at integer,
  notes text not null,
  failure text,
  primary key (run_id, idx)
) strict, without rowid;

create table events (
  id integer primary key,
  at integer not null,
  type text not null,
  request_id integer,
  run_id integer,
  subject_telegram_id integer,
  actor text not null,
  data text not null,
  previous_hash text not null,
  hash text not null
) strict;

create table idempotency_keys (
  actor_key text not null,
  operation text not null,
  key text not null,
  input_hash text not null,
  output text not null,
  at integer not null,
  primary key (actor_key, operation, key)
) strict, without rowid;
create index idempotency_by_age on idempotency_keys (at)
`
