import { describe, expect, it } from 'vitest'
import type { RequestView, RunView } from '../../../src/protocol/views.ts'
import { personLines, roleLine } from '../../../src/texts/people.ts'
import { planLines } from '../../../src/texts/plans.ts'
import { missingText, requestLines } from '../../../src/texts/requests.ts'
import { runLines, stepLine } from '../../../src/texts/runs.ts'
import { createWords } from '../../../src/texts/words.ts'

const words = createWords('en')

const request: RequestView = {
  id: 7,
  kind: 'onboard',
  revision: 1,
  state: 'submitted',
  host: 'box',
  requester: { key: 'telegram:1', name: null },
  answers: {
    telegram_id: 42,
    name: 'Ada\u202e',
    os_user: 'ada',
    role: 'user',
    account: 'create',
    proof: 'typed',
    github_repos: ['a/b'],
    pr_review: false,
  },
  undo_of: null,
  plan: {
    digest: 'abcdefghijklmnopqrstuv',
    steps: [
      {
        kind: 'account',
        effect: 'change',
        notes: [
          { code: 'account.create', params: { os_user: 'ada', home: '/home/ada', shell: '/bin/bash' } },
        ],
      },
      { kind: 'groups', effect: 'already', notes: [] },
    ],
    demands: { terminal: true, consent: false },
  },
  missing: [{ kind: 'approvals', have: 0, need: 2 }],
  approvals: [],
  step_up: 'none',
  own_counts: true,
  frozen: false,
  decided_by: null,
  reason: null,
  returned: null,
  created_at: 0,
  submitted_at: 0,
  expires_at: 86_400_000,
  decided_at: null,
  run_id: null,
}

const run: RunView = {
  id: 3,
  request_id: 7,
  kind: 'onboard',
  state: 'succeeded',
  subject: { telegram_id: 42, name: 'Ada', os_user: 'ada', role: 'user' },
  steps: [
    {
      index: 0,
      kind: 'account',
      state: 'applied',
      duration_ms: 38,
      notes: [{ code: 'account.created', params: { os_user: 'ada', uid: 1001, home: '/home/ada' } }],
      failure: null,
      undo_failure: null,
    },
    {
      index: 1,
      kind: 'smoke-test',
      state: 'applied',
      duration_ms: 60,
      notes: [{ code: 'smoke.isolation_proven', params: { paths: 9 } }],
      failure: null,
      undo_failure: null,
    },
  ],
  queued_at: 0,
  started_at: 10,
  finished_at: 210,
  undoable: true,
  choices: ['undo'],
  by_hand: [],
  stuck: null,
  closed: null,
}
const texts = (lines: { text: string }[]) => lines.map((line) => line.text)

describe('a plan', () => {
  it('says what would change, what is so already, what it demands, and its digest', () => {
    expect(texts(planLines(words, request.plan))).toEqual([
      '1. Account',
      'create the account ada with home /home/ada and shell /bin/bash; locked and expired until the proof',
      '2. Groups: nothing to change',
      "needs a confirmation on a terminal: 'sudo usher confirm'",
      'Digest: abcdefghijklmnopqrstuv',
    ])
  })
})

describe('a request', () => {
  it('shows every answer with hostile names made harmless, what is missing and when it lapses', () => {
    const shown = texts(requestLines(words, request)).join('\n')
    expect(shown).toContain('Name: Ada\\u202e')
    expect(shown).toContain('Telegram id: 42 (typed by hand, not proven)')
    expect(shown).toContain('PR review: no')
    expect(shown).toContain('needs 2 approvals')
    expect(shown).toContain('lapses at 1970-01-02 00:00 UTC')
  })

  it('reads in German like in English, line by line', () => {
    const german = requestLines(createWords('de'), request)
    expect(german.map(({ mark, indent }) => [mark, indent])).toEqual(
      requestLines(words, request).map(({ mark, indent }) => [mark, indent]),
    )
    expect(texts(german).slice(0, 4)).toEqual([
      'Antrag 7: Ada\\u202e als ada aufnehmen (Rolle user): wartet auf eine Entscheidung',
      'gestellt von Telegram-Konto 1, 1970-01-01 00:00 UTC, Fassung 1, Rechner box',
      'verfällt: 1970-01-02 00:00 UTC',
      'braucht 2 Genehmigungen',
    ])
  })

  it('names the command that gives what is missing', () => {
    expect(missingText(words, { kind: 'terminal' }, 7)).toContain('sudo usher confirm 7')
    expect(missingText(words, { kind: 'consent' }, 7)).toContain('usher claim CODE')
  })
})

describe('a run', () => {
  it('that succeeded is a receipt: steps with durations, proofs, and how to undo', () => {
    expect(texts(runLines(words, run))).toEqual([
      'Run 3, onboarding of Ada (ada): succeeded after 200 ms',
      'Account: done (38 ms)',
      'created the account ada (uid 1001) with home /home/ada',
      'Isolation proof and smoke test: done (60 ms)',
      'isolation proven in both directions (9 paths)',
      "To undo: 'usher run undo 3'",
    ])
  })

  it('that was undone says why, what was undone and what is left', () => {
    const undone: RunView = {
      ...run,
      state: 'undone',
      undoable: false,
      choices: [],
      steps: [
        {
          ...run.steps[0]!,
          state: 'undone',
          notes: [{ code: 'account.home_quarantined', params: { home: '/home/ada', path: '/var/q/3' } }],
        },
        {
          ...run.steps[1]!,
          state: 'undone',
          notes: [],
          failure: {
            code: 'agent_command_failed',
            params: { command: 'claude', status: 127 },
            detail: 'not found',
          },
        },
      ],
    }
    const shown = texts(runLines(words, undone))
    expect(shown).toContain(
      'cannot run the agent command claude as that person: it ended with status 127; see its output',
    )
    expect(shown).toContain('Isolation proof and smoke test: failed, and cleaned up (60 ms)')
    expect(shown).toContain('| not found')
    expect(shown.slice(-2)).toEqual([
      'Left on this host:',
      'kept what was made in the home /home/ada: it is at /var/q/3 for root to look at',
    ])
  })

  it('that was undone without a trace says that nothing is left', () => {
    const clean: RunView = {
      ...run,
      state: 'undone',
      undoable: false,
      choices: [],
      steps: [{ ...run.steps[0]!, state: 'undone', notes: [] }],
    }
    expect(texts(runLines(words, clean)).at(-1)).toBe('Nothing of this run is left.')
  })

  it('that was undone with its home does not say that the agent command left something in it', () => {
    const undone: RunView = {
      ...run,
      state: 'undone',
      undoable: false,
      choices: [],
      steps: [
        {
          ...run.steps[0]!,
          state: 'undone',
          notes: [{ code: 'account.home_removed', params: { home: '/home/ada' } }],
        },
        {
          ...run.steps[1]!,
          state: 'undone',
          notes: [{ code: 'smoke.agent_left_files', params: { count: 1, home: '/home/ada' } }],
        },
      ],
    }
    expect(texts(runLines(words, undone)).at(-1)).toBe('Nothing of this run is left.')
    const adopted = { ...undone, steps: undone.steps.slice(1) }
    expect(texts(runLines(words, adopted)).at(-1)).toBe('the agent command left 1 new entry in /home/ada')
    const named = { count: 2, home: '/home/ada', names: '.agent, .agentrc' }
    const step = { ...adopted.steps[0]!, notes: [{ code: 'smoke.agent_left_files' as const, params: named }] }
    expect(texts(runLines(words, { ...adopted, steps: [step] })).at(-1)).toBe(
      'the agent command left 2 new entries in /home/ada: .agent, .agentrc',
    )
  })

  it('that goes on shows one line a step', () => {
    const live: RunView = {
      ...run,
      state: 'running',
      finished_at: null,
      steps: [{ ...run.steps[0]! }, { ...run.steps[1]!, state: 'applying', duration_ms: null }],
    }
    expect(texts(runLines(words, live))).toEqual([
      'Run 3, onboarding of Ada (ada): is running',
      'Account: done (38 ms)',
      'Isolation proof and smoke test: is running',
    ])
    expect(stepLine(words, live.steps[1]!).mark).toBe('doing')
  })
})

describe('people and roles', () => {
  it('a role is one line on what it may do and what granting it needs', () => {
    const role = {
      name: 'admin',
      description: 'decides',
      groups: [],
      shell: '/bin/bash',
      approval: { count: 2, self: true, step_up: 'terminal', expires_ms: 3_600_000 },
    }
    expect(roleLine(words, role)).toBe(
      'admin: decides (no groups; needs 2 approvals and a confirmation on a terminal within 1 h)',
    )
    const other = { ...role, groups: ['a', 'b'], approval: { ...role.approval, count: 1, step_up: 'totp' } }
    expect(roleLine(createWords('de'), other)).toBe(
      'admin: decides (Gruppen: a, b; braucht 1 Genehmigung und einen Code aus einer Authenticator-App; Frist 1 h)',
    )
  })

  it('a person shows the entry and whether the folders are there', () => {
    const person = {
      telegram_id: 42,
      name: 'Ada',
      os_user: 'ada',
      role: 'user',
      entry: { model: 'big' },
      uid: null,
      folders: [{ path: '/srv/memory/42', exists: false }],
      last_run_id: 3,
    }
    expect(texts(personLines(words, person))).toEqual([
      'ada: Ada (user, Telegram id 42, no account on this host)',
      'Model: big',
      'folder /srv/memory/42 is missing',
      'last run: 3',
    ])
  })
})
