/** Drafts that were never submitted and are closed, by when: they are forgotten after a while. */
export const retention = `
create index requests_never_submitted on requests (decided_at)
  where submitted_at is null and state in ('expired', 'cancelled')
`
