/** What lists need to be as quick after years: open requests, whose requests, and the few accounts that wait for a Start. */
export const listings = `
create index requests_open on requests (id) where state in ('draft', 'submitted');
create index requests_by_requester on requests (requester_key, created_at);
create index requests_by_requesting_person on requests (requester_person_key) where requester_person_key is not null;
create index run_steps_waiting on run_steps (run_id)
  where kind = 'activation' and state = 'applied' and instr(notes, 'activation.waits_for_start') > 0
`
