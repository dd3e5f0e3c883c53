/**
 * Requests and runs of the kinds `edit` and `retest`. SQLite cannot change a check: both tables are copied, which needs foreign
 * keys to be off meanwhile (`migrate.ts`).
 */
export const edits = `
create table requests_with_edits (
  id integer primary key autoincrement,
  revision integer not null,
  kind text not null check (kind in ('onboard', 'undo', 'repair', 'edit', 'retest')),
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
  reason text,
  returned text
) strict;
insert into requests_with_edits
  select id, revision, kind, host, state, subject, subject_hash, subject_telegram_id, requester_key, requester,
    requester_person_key, plan, basis, created_at, submitted_at, expires_at, decided_at, decided_by, reason, returned
  from requests;
-- Drafts that were forgotten had ids, too, and no id is given twice.
delete from sqlite_sequence where name = 'requests_with_edits';
insert into sqlite_sequence (name, seq) select 'requests_with_edits', seq from sqlite_sequence where name = 'requests';
drop table requests;
alter table requests_with_edits rename to requests;
create index requests_by_expiry on requests (state, expires_at);
create index requests_by_subject on requests (subject_hash, requester_key) where state = 'draft';
create index requests_by_person on requests (subject_telegram_id);
create index requests_of_repairs on requests (subject_hash) where kind = 'repair';
create index requests_open on requests (id) where state in ('draft', 'submitted');
create index requests_by_requester on requests (requester_key, created_at);
create index requests_by_requesting_person on requests (requester_person_key) where requester_person_key is not null;
create index requests_never_submitted on requests (decided_at)
  where submitted_at is null and state in ('expired', 'cancelled');

create table runs_with_edits (
  id integer primary key autoincrement,
  request_id integer not null references requests (id),
  revision integer not null,
  kind text not null check (kind in ('onboard', 'undo', 'repair', 'edit', 'retest')),
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
  closed text,
  unique (request_id, revision)
) strict;
insert into runs_with_edits
  select id, request_id, revision, kind, undo_of, state, digest, marker, os_user, telegram_id, queued_at, started_at,
    finished_at, closed from runs;
drop table runs;
alter table runs_with_edits rename to runs;
create index runs_unfinished on runs (id) where state in ('queued', 'running', 'undoing');
create index runs_by_person on runs (telegram_id);
create index runs_taken_back on runs (undo_of) where undo_of is not null;
create index runs_by_os_user on runs (os_user);
create index runs_that_count on runs (telegram_id, id) where state = 'succeeded' and kind not in ('undo', 'retest')
`
