import type { Example } from '../command/command.ts'

/** How each verb is used, by its words: for its help, the man page and docs/commands.md. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  adduser: [
    { line: 'sudo usher adduser', why: 'asks, in a terminal' },
    {
      line: "sudo usher adduser --telegram-id 4242 --name 'Ada Lovelace' --os-user ada --role user --dry-run",
    },
    {
      line: "sudo usher adduser --telegram-id 4242 --name 'Ada Lovelace' --os-user ada --role user --approve --wait",
    },
    {
      line: 'sudo usher adduser --access 3 --os-user ada --role user --approve --wait',
      why: 'completes what somebody asked for in the chat',
    },
  ],
  edituser: [
    { line: 'sudo usher edituser ada --role lead --dry-run' },
    { line: 'sudo usher edituser ada --model big --unset github --approve --wait' },
    { line: 'sudo usher edituser 4242 --telegram-id 4243 --approve --wait' },
  ],
  requests: [
    { line: 'sudo usher requests' },
    {
      line: 'sudo usher requests --all --before 40',
      why: 'decided ones and drafts too, older than request 40',
    },
  ],
  'request show': [{ line: 'sudo usher request show 7' }],
  'request approve': [
    { line: 'sudo usher request approve 7', why: 'shows the plan and asks' },
    {
      line: 'sudo usher request approve 7 --digest QmFzZTY0dXJsIGRpZ2VzdA --wait',
      why: 'without a terminal',
    },
  ],
  'request deny': [{ line: "sudo usher request deny 7 --reason 'ask again in March'" }],
  'request cancel': [{ line: 'sudo usher request cancel 7' }],
  'request confirm': [{ line: 'sudo usher request confirm 7', why: "the same as 'usher confirm 7'" }],
  confirm: [
    { line: 'sudo usher confirm 7' },
    { line: "sudo usher confirm 7 --reason 'Ada is on leave and agreed by phone'" },
  ],
  claim: [{ line: 'usher claim 7K3MA-0ZQ4T-9XB2N-HV8CD', why: 'as the owner of the account, never as root' }],
  'run show': [{ line: 'sudo usher run show 3' }],
  'run undo': [{ line: 'sudo usher run undo 3' }, { line: 'sudo usher run undo 3 --approve --wait' }],
  'run retry': [{ line: 'sudo usher run retry 3' }, { line: 'sudo usher run retry 3 --approve --wait' }],
  'run keep': [{ line: 'sudo usher run keep 3' }],
  'run resume': [{ line: 'sudo usher run resume 3 --wait' }],
  'run abandon': [{ line: "sudo usher run abandon 3 --reason 'the home stays for the auditors'" }],
  users: [{ line: 'sudo usher users' }],
  'user show': [{ line: 'sudo usher user show ada' }, { line: 'usher user show 4242' }],
  'user retest': [{ line: 'sudo usher user retest ada --approve --wait' }],
  whoami: [{ line: 'usher whoami' }],
  status: [{ line: 'sudo usher status' }],
  reconcile: [
    { line: 'sudo usher reconcile --dry-run', why: 'only looks' },
    { line: 'sudo usher reconcile', why: 'asks for repairs' },
    { line: 'sudo usher reconcile --smoke --approve --wait' },
  ],
  audit: [
    { line: 'sudo usher audit --person ada --from 7d' },
    { line: 'sudo usher audit --run 3' },
    { line: "sudo usher audit --type request.denied --from 2026-11-01 --to '2026-11-21 12:00'" },
  ],
  'audit verify': [
    { line: 'sudo usher audit verify' },
    { line: 'sudo usher audit verify --head 40112:2c26b46b68ffc68ff99b453c1d304134' },
  ],
  'totp enroll': [{ line: 'sudo usher totp enroll ada', why: 'only in a terminal' }],
  'totp reset': [
    { line: 'sudo usher totp reset ada', why: 'after twenty wrong codes in a row, or a wrong clock' },
  ],
  'totp remove': [{ line: 'sudo usher totp remove ada' }],
  'totp status': [{ line: 'sudo usher totp status' }],
  freeze: [{ line: 'sudo usher freeze' }],
  unfreeze: [{ line: 'sudo usher unfreeze' }],
  'telegram revoke': [{ line: "sudo usher telegram revoke 111111111 --reason 'lost phone'" }],
  'telegram restore': [{ line: 'sudo usher telegram restore 111111111' }],
  'telegram list': [{ line: 'sudo usher telegram list' }],
  'access list': [{ line: 'sudo usher access list' }],
  'access show': [{ line: 'sudo usher access show 3' }],
  'access deny': [{ line: "sudo usher access deny 3 --reason 'ask again in March'" }],
  invite: [{ line: "sudo usher invite --role user --expires 3d --os-user ada --note 'Ada from the club'" }],
  'invite revoke': [{ line: 'sudo usher invite revoke 5' }],
  invites: [{ line: 'sudo usher invites' }, { line: 'sudo usher invites --all' }],
  block: [{ line: 'sudo usher block 5151 --reason spam' }],
  unblock: [{ line: 'sudo usher unblock 5151' }],
  blocked: [{ line: 'sudo usher blocked' }],
  approver: [
    {
      line: 'usher approver --as 111111111',
      why: 'the forced command of an SSH key; what its owner types is: ssh -t usher-approver@box',
    },
  ],
}

/** The examples of one verb: none of a group such as `request`. */
export function examplesOf(verb: string): readonly Example[] {
  return EXAMPLES[verb] ?? []
}
