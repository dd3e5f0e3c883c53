import type { requestsEn } from '../en/requests.ts'

export const requestsDe: Record<keyof typeof requestsEn, string> = {
  'request_state.draft': 'Entwurf, noch nicht eingereicht',
  'request_state.submitted': 'wartet auf eine Entscheidung',
  'request_state.approved': 'genehmigt',
  'request_state.denied': 'abgelehnt',
  'request_state.expired': 'unentschieden verfallen',
  'request_state.cancelled': 'zurückgezogen',
  'request_subject.onboard': '{name} als {os_user} aufnehmen (Rolle {role})',
  'request_subject.undo':
    'Lauf {has_run, select, yes {{run}} other {?}} rückgängig machen: {name} ({os_user}) von diesem Rechner nehmen',
  'request_subject.repair': '{name} ({os_user}, Rolle {role}) reparieren',
  'request_subject.take_over':
    '{name} ({os_user}, Rolle {role}) übernehmen, von Hand auf die Personenliste gesetzt',
  'request_title.onboard': '{name} als {os_user} aufnehmen (Rolle {role})',
  'request_title.undo':
    'Lauf {has_run, select, yes {{run}} other {?}} rückgängig machen: {name} ({os_user}) von diesem Rechner nehmen',
  'request_title.repair': '{name} ({os_user}, Rolle {role}) reparieren',
  'request_title.take_over':
    '{name} ({os_user}, Rolle {role}) übernehmen, von Hand auf die Personenliste gesetzt',
  'request.line': 'Antrag {id}: {subject}: {state}',
  'request.asked_by': 'gestellt von {by}, {at}, Fassung {revision}, Rechner {host}',
  'request.lapses': 'verfällt: {at}',
  'request.approved_by': 'genehmigt von {by} {via, select, terminal {am Terminal} other {im Chat}}, {at}',
  'request.decided_by':
    '{state, select, denied {abgelehnt} expired {verfallen} cancelled {zurückgezogen} submitted {eingereicht} other {Entwurf}} von {by}',
  'request.because': 'Grund: {reason}',
  'request.run': 'Lauf {run}',
  'request.answers': 'Angaben',
  'request.plan': 'Plan',
  'request.plan_of_undo': 'Plan der Rücknahme',
  'missing.approvals':
    'braucht {need, plural, =1 {eine Genehmigung} other {# Genehmigungen}}{have, plural, =0 {} other {, hat {have}}}',
  'missing.terminal': 'braucht eine Bestätigung am Terminal: „sudo usher confirm {id}“',
  'missing.consent':
    'braucht die Zustimmung der Person, der das Konto gehört: „usher claim CODE“ unter diesem Konto, oder „sudo usher confirm {id} --reason TEXT“',
  'missing.hold': 'wartet bis {until}: alle Admins können es vorher noch ablehnen',
  'plan.step': '{number}. {title}{already, select, yes {: nichts zu ändern} other {}}',
  'plan.terminal': 'braucht eine Bestätigung am Terminal: „sudo usher confirm“',
  'plan.consent':
    'braucht die Zustimmung der Person, der das Konto gehört: „usher claim CODE“ unter diesem Konto, oder „sudo usher confirm“ mit Grund',
  'plan.digest': 'Prüfwert: {digest}',
}
