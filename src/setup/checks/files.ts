import { lstatSync } from 'node:fs'
import { distrustOfGround } from '../../config/root-ground.ts'
import { readToken } from '../../config/token.ts'
import { readTrusted } from '../../config/trusted-file.ts'
import { readWebhookSecret } from '../../config/webhook.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { type Check, type Finding, ok, problem } from '../finding.ts'
import { hasUnit } from './units.ts'

/** Secrets, token and template: there, readable for who needs them and for nobody else. */
export const checkFiles: Check = (context) => {
  const { config, uid } = context
  if (config.mode === 'system' && uid !== 0) return []
  return [
    ...secretsFindings(context),
    ...tokenFindings(context),
    ...webhookFindings(context),
    ...templateFindings(context),
  ]
}

type Subject = Parameters<Check>[0]

function ownersFor({ config, uid }: Subject): number[] {
  return config.mode === 'system' ? [0] : [0, uid]
}

function secretsFindings(context: Subject): Finding[] {
  const file = context.config.paths.secrets
  const owners = ownersFor(context)
  const secrets = readTrusted(file, { owners, parents: true, forbiddenMode: 0o077 })
  if (secrets.ok) return [ok('secrets.ok', file, 'can be read by nobody else')]
  if (secrets.reason === 'absent') return []
  if (context.config.mode === 'system' && distrustOfGround(file) !== null) return [] // said with the config
  const name = shellWord(file)
  const fix = `chown -h ${owners.at(-1)} ${name} && chmod 0600 ${name}`
  return [problem('secrets.untrusted', file, secrets.message, 'a secret that others can read is none', fix)]
}

/** As a unit the bot is given its token by systemd, which reads it as root; by hand it reads the file itself. */
function tokenFindings({ config, environment, uid, botUid }: Subject): Finding[] {
  const file = config.telegram.tokenFile
  const token = readToken(config, environment, botUid ?? uid)
  const why = 'the bot cannot start without it'
  const owner = hasUnit('usher-bot.service') ? 'root' : (config.botUser ?? String(uid))
  if (!token.ok) {
    const stat = lstatSync(file, { throwIfNoEntry: false })
    if (stat?.isFile() && /others can (read|write)/.test(token.message)) {
      return [
        problem(
          'token.owner',
          file,
          token.message,
          'who has the token is the bot',
          `chmod 0600 ${shellWord(file)}`,
        ),
      ]
    }
    const fix = `install -m 0600 -o ${owner} /dev/stdin ${shellWord(file)}   # paste the token, then Ctrl-D; usher setup asks for it, too`
    return [problem('token.missing', file, token.message, why, fix)]
  }
  const stat = token.source === file ? lstatSync(file, { throwIfNoEntry: false }) : undefined
  if (stat !== undefined && owner !== 'root' && botUid !== null && stat.uid !== botUid) {
    const what = `cannot be read by the bot: it belongs to uid ${stat.uid}, and no unit hands it over`
    return [problem('token.owner', file, what, why, `chown ${owner} ${shellWord(file)}`)]
  }
  return [ok('token.ok', token.source, 'of the right form, and read by nobody else')]
}

function webhookFindings({ config, uid, botUid }: Subject): Finding[] {
  const { webhook } = config.telegram
  if (webhook === null) return []
  const secret = readWebhookSecret(webhook.secretFile, botUid ?? uid)
  if (secret.ok) return [ok('webhook.ok', webhook.secretFile, 'the secret of the webhook can be used')]
  const why = 'the bot does not start, and nobody else may deliver to it'
  const fix = `openssl rand -hex 32 | install -m 0600 -o ${config.botUser ?? uid} /dev/stdin ${shellWord(webhook.secretFile)}`
  return [problem('webhook.secret', webhook.secretFile, secret.message, why, fix)]
}

function templateFindings(context: Subject): Finding[] {
  const file = context.config.memoryTemplate
  if (file === null) return []
  const template = readTrusted(file, { owners: ownersFor(context), parents: true })
  if (template.ok) return [ok('template.ok', file, 'can be used')]
  if (context.config.mode === 'system' && distrustOfGround(file) !== null) return [] // said with the config
  const why = 'no new person can be planned without it'
  return [problem('template.unusable', file, template.message, why, 'usher init')]
}
