/**
 * What a policy asks besides the count of approvals. `totp`: each approval in chat carries a code of the approver's second factor.
 * `terminal`: the plan is confirmed on a terminal. `witness`: each approval in chat carries the witness's code for this plan, and
 * a code of the second factor.
 */
export const STEP_UPS = ['none', 'totp', 'terminal', 'witness'] as const
export type StepUp = (typeof STEP_UPS)[number]

export interface ApprovalPolicy {
  /** How many distinct persons must approve. */
  count: number
  /** Whether the requester's own approval counts. */
  self: boolean
  step_up: StepUp
  /** How long a submitted request lives, in milliseconds. */
  expiresMs: number
}

export interface Role {
  name: string
  description: string
  /** Entries of `PERMISSIONS` in `src/protocol/permissions.ts`, or `*`. */
  permissions: string[]
  /** OS groups that persons of this role are added to; never stripped. */
  groups: string[]
  shell: string
  approval: ApprovalPolicy
}

/** Groups whose members can become root without being asked, directly or by one known step. */
export const ROOT_EQUIVALENT_GROUPS: ReadonlySet<string> = new Set([
  ...[
    'root',
    'sudo',
    'wheel',
    'admin',
    'adm',
    'disk',
    'shadow',
    'docker',
    'lxd',
    'lxc',
    'incus',
    'incus-admin',
  ],
  ...[
    'libvirt',
    'kvm',
    'kmem',
    'tty',
    'staff',
    'systemd-journal',
    'video',
    'input',
    'podman',
    'microk8s',
    'wireshark',
  ],
])

/** A step-up that a stolen bot cannot pass by itself (SECURITY: bot-proof). */
export function isBotProof(stepUp: StepUp): boolean {
  return stepUp === 'terminal' || stepUp === 'witness'
}

/** What a role that decides about others holds; `*` holds them all. */
export const DECIDING_PERMISSIONS: readonly string[] = ['*', 'requests.approve.all', 'runs.undo']

/** Whether a stolen bot must not even prepare granting it: it decides about others, equals root, or has a bot-proof step-up. */
export function isSensitiveRole({ permissions, groups, approval }: Role): boolean {
  return (
    isBotProof(approval.step_up) ||
    permissions.some((name) => DECIDING_PERMISSIONS.includes(name)) ||
    groups.some((group) => ROOT_EQUIVALENT_GROUPS.has(group))
  )
}
