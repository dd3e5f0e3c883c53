import { plain } from '../../texts/plain.ts'
import { planLines } from '../../texts/plans.ts'
import { done, failed, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'
import { parseDigest } from './arguments.ts'

export const addClaim: AddVerb = (program, act) => {
  program
    .command('claim')
    .description('as the owner of an existing account: shows what would be done with it, asks, and agrees')
    .argument('<code>', 'the code that you were given')
    .option('--digest <digest>', 'agree to the plan with this digest without asking', parseDigest)
    .action(
      act(async ({ client, prompter, signal, words }, code: string, options: { digest?: string }) => {
        const shown = await client.call('claim.show', { code: code.slice(0, 64) }, { signal })
        if (!shown.ok) return refused(words, shown.error)
        const { ok: _, ...claim } = shown
        const lines = [
          {
            mark: 'none' as const,
            text: `Request ${claim.request_id} would make this account the account of ${plain(claim.person, 64)}, role ${plain(claim.role, 64)}:`,
          },
          ...planLines(words, claim.plan).map((line) => ({ ...line, indent: (line.indent ?? 0) + 1 })),
        ]
        if (options.digest === undefined) {
          if (prompter === null) {
            const message = `cannot ask without a terminal: the plan has the digest ${plain(claim.plan.digest, 64)}; give it with --digest to agree`
            return failed('bad_request', message, {
              data: claim,
              lines: [...lines, { mark: 'failed', text: message }],
            })
          }
          await prompter.show(lines)
          if (
            !(await prompter.confirm(
              `Do you agree that ${plain(claim.person, 64)} gets this account, with all that it can do?`,
            ))
          ) {
            return failed('declined', 'the account was left as it is: you did not agree')
          }
        }
        const digest = options.digest ?? claim.plan.digest
        const accepted = await client.call('claim.accept', { code: code.slice(0, 64), digest }, { signal })
        if (!accepted.ok) return refused(words, accepted.error)
        return done({ request_id: accepted.request_id, person: accepted.person }, [
          { mark: 'done', text: `you agreed; request ${accepted.request_id} goes on` },
        ])
      }, 'claim'),
    )
}
