/**
 * What the history is browsed by. Most events are the worker's own steps, so what concerns only people's leaves them out:
 * each index is one more page that every event writes.
 */
export const audit = `
create index events_by_request on events (request_id) where request_id is not null;
create index events_by_subject on events (subject_telegram_id) where subject_telegram_id is not null;
create index events_by_actor on events (actor) where actor <> 'worker';
create index events_by_type on events (type, at);
create index events_by_time on events (at);
create index runs_by_os_user on runs (os_user)
`
