/** What the exit status of a client of the worker says; parts that are programs of their own say theirs themselves. */
export const EXIT_STATUSES: Readonly<Record<number, string>> = {
  0: 'the verb did what it says; without `--wait`, submitted counts; a dry run with a valid plan',
  1: 'the run was undone or failed; findings; a mistake in Usher',
  2: 'refused as invalid, with everything that is wrong; a bad config; a command that cannot be understood',
  3: 'not permitted; denied, cancelled or expired while waiting; you said no',
  4: 'the plan is not the one that was named; already decided; the name is held by an open request; a second worker',
  5: 'the worker cannot be reached, or speaks another version',
  130: 'Ctrl-C while waiting; the request goes on',
}
