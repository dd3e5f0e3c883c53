import type { factorsEn } from '../en/factors.ts'

export const factorsDe: Record<keyof typeof factorsEn, string> = {
  'factors.card_frozen':
    '🧊 Genehmigungen im Chat sind eingefroren. Root kann auf dem Rechner genehmigen und es dort beenden: <code>sudo usher unfreeze</code>',
  'factors.needs.totp': '🔐 Zum Genehmigen brauchst du einen Code aus deiner Authenticator-App.',
  'factors.needs.witness':
    '🔐 Zum Genehmigen brauchst du den Code, den dir der Zeuge schickt, und einen aus deiner Authenticator-App.',
}
