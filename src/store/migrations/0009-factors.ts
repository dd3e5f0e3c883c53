/**
 * What is asked besides a tap. `proof`: how an approval was shown to be a person's. `challenges`: one live one for each person and thing to
 * decide, as a hash. `held_approvals`: requests that have everything and wait before they run. `freezes`: the last row is in force as
 * long as it has no end. `totp_factors`: counters; the secrets are in the secrets file.
 */
export const factors = `
alter table approvals add column proof text not null default 'none'
  check (proof in ('none', 'totp', 'witness', 'terminal'));
update approvals set proof = 'terminal' where via = 'terminal';

create table challenges (
  subject text not null check (subject in ('request', 'reconciliation')),
  subject_id integer not null,
  person_key text not null,
  revision integer not null,
  digest text not null,
  hash text not null,
  issued integer not null,
  at integer not null,
  primary key (subject, subject_id, person_key)
) strict, without rowid;

create table held_approvals (
  request_id integer primary key references requests (id),
  until integer not null
) strict;
create index held_approvals_by_time on held_approvals (until);

create table freezes (
  id integer primary key autoincrement,
  at integer not null,
  by text not null,
  why text not null,
  ended_at integer,
  ended_by text
) strict;

create table revoked_telegram_ids (
  telegram_id integer primary key,
  at integer not null,
  reason text
) strict;

create table totp_factors (
  telegram_id integer primary key,
  state text not null check (state in ('active', 'disabled')),
  enrolled_at integer not null,
  accepted_step integer not null,
  seen_step integer not null,
  failures integer not null
) strict
`
