/**
 * What a run that failed carries: `closed`, the last word on it as JSON; `undo_failure`, why a step could not be undone; and of a
 * request that came back, what differs as JSON.
 */
export const failedRuns = `
alter table runs add column closed text;
alter table run_steps add column undo_failure text;
alter table requests add column returned text;
create index runs_taken_back on runs (undo_of) where undo_of is not null
`
