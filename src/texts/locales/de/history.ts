import type { historyEn } from '../en/history.ts'

export const historyDe: Record<keyof typeof historyEn, string> = {
  'audit.request.drafted':
    '{who} hat Antrag {request} entworfen{kind, select, undo {, um einen Lauf zurückzunehmen} other {}}',
  'audit.request.submitted':
    '{who} hat Antrag {request} eingereicht{has_revision, select, yes { (Fassung {revision})} other {}}',
  'audit.request.approval':
    '{who} hat Antrag {request} {via, select, terminal {am Terminal} other {im Chat}} genehmigt{has_revision, select, yes { (Fassung {revision})} other {}}',
  'audit.request.consent':
    '{who} hat Antrag {request} {by, select, owner {zugestimmt, das Konto gehört dieser Person} other {anstelle der Person zugestimmt, der das Konto gehört{has_reason, select, yes {: {reason}} other {}}}}',
  'audit.request.approved':
    '{who} hat Antrag {request} das Letzte gegeben, was fehlte: er ist genehmigt{has_revision, select, yes { (Fassung {revision})} other {}}',
  'audit.request.denied':
    '{who} hat Antrag {request} abgelehnt{has_reason, select, yes {: {reason}} other {}}',
  'audit.request.expired':
    '{who} hat Antrag {request} {from, select, draft {verworfen: er wurde nie eingereicht} other {geschlossen: niemand hat rechtzeitig entschieden}}',
  'audit.request.cancelled': '{who} hat Antrag {request} zurückgezogen',
  'audit.request.returned':
    '{who} hat Antrag {request} zur neuen Entscheidung zurückgebracht{has_revision, select, yes { (Fassung {revision})} other {}}{kind, select, drift {: seit der Genehmigung hatte sich etwas geändert} retry {: ein neuer Versuch} stale {: die Genehmigung war zu alt} other {{has_reason, select, yes {: {reason}} other {}}}}',
  'audit.run.queued': '{who} hat Lauf {run} eingereiht',
  'audit.run.started': '{who} hat Lauf {run} begonnen',
  'audit.step.started':
    '{who} hat den Schritt „{step}“ von Lauf {run} {has_attempts, select, yes {noch einmal begonnen (Versuch {attempts})} other {begonnen}}',
  'audit.step.finished':
    '{who} hat den Schritt „{step}“ von Lauf {run} abgeschlossen{has_took, select, yes { ({took})} other {}}',
  'audit.step.failed':
    '{who} konnte den Schritt „{step}“ von Lauf {run} nicht tun{has_failure, select, yes {: {failure}} other {}}',
  'audit.step.undone':
    '{who} {state, select, undone {hat den Schritt „{step}“ von Lauf {run} rückgängig gemacht} kept {hat stehen lassen, was zum Schritt „{step}“ von Lauf {run} gehört} undo_failed {konnte den Schritt „{step}“ von Lauf {run} nicht rückgängig machen} skipped {hatte im Schritt „{step}“ von Lauf {run} nichts rückgängig zu machen} other {hat den Schritt „{step}“ von Lauf {run} behandelt}}{has_failure, select, yes {: {failure}} other {}}',
  'audit.run.undoing': '{who} hat begonnen, Lauf {run} rückgängig zu machen',
  'audit.run.succeeded': '{who} hat Lauf {run} beendet: erfolgreich',
  'audit.run.undone': '{who} hat Lauf {run} beendet: rückgängig gemacht',
  'audit.run.failed': '{who} hat Lauf {run} angehalten: die Rücknahme kam nicht zu Ende',
  'audit.run.superseded': '{who} hat Lauf {run} beiseite gelegt: was genehmigt war, wäre jetzt etwas anderes',
  'audit.run.cancelled': '{who} hat Lauf {run} zurückgezogen',
  'audit.run.resumed': '{who} hat die Rücknahme von Lauf {run} fortführen lassen',
  'audit.run.kept': '{who} hat vermerkt, dass Lauf {run} rückgängig gemacht bleibt',
  'audit.run.stuck': '{who} hat vermerkt, dass Lauf {run} nicht weiterkommt',
  'audit.run.abandoned':
    '{who} hat hingenommen, was von Lauf {run} übrig ist{has_reason, select, yes {: {reason}} other {}}',
  'audit.person.started': '{who} hat beim Bot „Start“ gedrückt',
  'audit.person.activated':
    '{who} {active, select, yes {hat das Konto von Lauf {run} aktiviert} other {hat das wartende Konto von Lauf {run} angesehen: nichts aufzuheben}}',
  'audit.audit.pruned': '{who} hat den Verlauf bis Eintrag {up_to} vergessen, wie die Konfiguration es sagt',
  'audit.worker.restored': '{who} hat eine Sicherung von {from_host} zurückgespielt',
  'audit.worker.started': '{who} ist gestartet{has_version, select, yes {, Version {version}} other {}}',
  'audit.reconcile.finished':
    '{who} hat die Personenliste mit dem Rechner abgeglichen: {differing, plural, =0 {nichts weicht ab} one {# weicht ab} other {# weichen ab}}',
  'audit.reconcile.failed': '{who} konnte die Personenliste nicht mit dem Rechner abgleichen: {why}',
  'audit.reconcile.overdue':
    '{who} hat vermerkt, dass die Personenliste zu lange nicht mit dem Rechner abgeglichen wurde',
  'audit.access.asked':
    '{who} hat um Zugang gebeten{has_invitation, select, yes { (mit einer Einladung)} other {}}',
  'audit.access.completed': '{who} hat aus Zugangsanfrage {access} Antrag {request} gemacht',
  'audit.access.reopened': '{who} hat Zugangsanfrage {access} wieder warten lassen',
  'audit.access.granted': '{who} hat Zugangsanfrage {access} gewährt',
  'audit.access.denied':
    '{who} hat Zugangsanfrage {access} abgelehnt{has_reason, select, yes {: {reason}} other {}}',
  'audit.access.expired':
    '{who} hat Zugangsanfrage {access} geschlossen: niemand hat rechtzeitig geantwortet',
  'audit.access.withdrawn': '{who} hat Zugangsanfrage {access} zurückgezogen',
  'audit.access.blocked': '{who} hat Zugangsanfrage {access} geschlossen: wer sie gestellt hat, ist gesperrt',
  'audit.invite.created': '{who} hat Einladung {invitation} gemacht',
  'audit.invite.opened': '{who} hat Einladung {invitation} geöffnet',
  'audit.invite.used': '{who} hat Einladung {invitation} für Zugangsanfrage {access} verbraucht',
  'audit.invite.revoked': '{who} hat Einladung {invitation} widerrufen',
  'audit.invite.expired': '{who} hat Einladung {invitation} geschlossen: niemand hat sie rechtzeitig genutzt',
  'audit.block.added': '{who} hat jemanden gesperrt{has_reason, select, yes {: {reason}} other {}}',
  'audit.block.removed': '{who} hat jemanden entsperrt',
  'audit.chat.frozen': '{who} hat Genehmigungen im Chat eingefroren',
  'audit.chat.unfrozen': '{who} hat Genehmigungen im Chat wieder zugelassen',
  'audit.chat.alarm':
    '{who} hat Alarm geschlagen: {kind, select, conflict {ein anderes Programm fragt mit dem Token ab} foreign_webhook {jemand hat mit dem Token einen Webhook gesetzt} foreign_edit {eine Karte zeigt nicht, was der Bot gesendet hat} other {vielleicht hat jemand anders das Token}}',
  'audit.telegram.revoked':
    '{who} hat eine Telegram-ID entzogen{has_reason, select, yes {: {reason}} other {}}',
  'audit.telegram.restored': '{who} hat eine Telegram-ID wieder zugelassen',
  'audit.factor.enrolled': '{who} hat einen Zusatzfaktor eingerichtet',
  'audit.factor.removed': '{who} hat einen Zusatzfaktor entfernt',
  'audit.factor.reset': '{who} hat einen Zusatzfaktor zurückgesetzt',
  'audit.factor.disabled': '{who} hat einen Zusatzfaktor abgeschaltet: zu viele falsche Codes hintereinander',
  'audit.witness.asked':
    '{who} wollte Antrag {request} genehmigen und ließ den Zeugen einen Code schicken{has_revision, select, yes { (Revision {revision})} other {}}',
  'audit.witness.refused': '{who} hat für Antrag {request} einen falschen Code des Zeugen genannt',
  'audit.witness.unreachable': '{who} konnte den Code für Antrag {request} nicht zustellen',
  'audit.audit.head': '{who} hat das Ende des Verlaufs vermerkt: Ereignis {id}',
  'audit.audit.broken':
    '{who} hat bemerkt, dass das Ende des Verlaufs heimlich geändert wurde: es war bei Ereignis {expected_id}, und da war Ereignis {found_id}',
  audit_unknown: '{who} hat „{type}“ vermerkt',
  audit_about: '{entry} (betrifft {about})',
  audit_about_nameless: '{entry} (betrifft das Telegram-Konto {id})',
  audit_step_unknown: 'unbekannt',
  'audit_finding.event_missing':
    '{several, select, yes {die Ereignisse {first} bis {last} fehlen} other {das Ereignis {first} fehlt}}',
  'audit_finding.event_unlinked':
    'Ereignis {event} wurde nach einem anderen geschrieben als dem davor: eines der beiden wurde eingefügt, verschoben oder ersetzt',
  'audit_finding.event_changed': 'Ereignis {event} ist nicht so, wie es geschrieben wurde',
  'audit_finding.event_stray': 'ein Ereignis hat eine Nummer, die keines bekommt: es wurde eingefügt',
  'audit_finding.end_cut_off': 'das Ende ist abgeschnitten: die Ereignisse {first} bis {last} fehlen',
  'audit_finding.end_differs':
    'das Ende ist nicht so, wie der Worker es hinterließ: Ereignis {event} wurde eingefügt oder ersetzt',
  'audit_finding.head_unknown': 'Ereignis {event}, dessen Hash angegeben wurde, fehlt',
  'audit_finding.head_differs':
    'Ereignis {event} hat einen anderen Hash als angegeben: es oder etwas davor wurde ersetzt',
  'audit_finding.request_untold':
    'Antrag {request} ist {has_stored, select, yes {{stored}} other {da}}, aber kein Ereignis spricht von ihm',
  'audit_finding.request_missing':
    'Antrag {request} fehlt; nach den Ereignissen ist er {has_told, select, yes {{told}} other {da}}',
  'audit_finding.request_differs':
    'Antrag {request} ist {has_stored, select, yes {{stored}} other {nicht so}} (Zustand und Fassung), nach den Ereignissen {has_told, select, yes {{told}} other {anders}}',
  'audit_finding.run_differs':
    'Lauf {run} von Antrag {request} ist {has_stored, select, yes {{stored}} other {nicht so}}, nach den Ereignissen {has_told, select, yes {{told}} other {anders}}',
  'audit_finding.approval_untold':
    'Antrag {request} hat eine Genehmigung{has_by, select, yes { von {by}} other {}}{has_revision, select, yes { (Fassung {revision})} other {}}, von der kein Ereignis spricht',
  'audit_finding.approval_missing':
    'Antrag {request} fehlt eine Genehmigung{has_by, select, yes { von {by}} other {}}{has_revision, select, yes { (Fassung {revision})} other {}}, von der ein Ereignis spricht',
  'audit_finding.consent_untold':
    'Antrag {request} hat eine Zustimmung{has_by, select, yes { von {by}} other {}}{has_revision, select, yes { (Fassung {revision})} other {}}, von der kein Ereignis spricht',
  'audit_finding.consent_missing':
    'Antrag {request} fehlt eine Zustimmung{has_by, select, yes { von {by}} other {}}{has_revision, select, yes { (Fassung {revision})} other {}}, von der ein Ereignis spricht',
  'audit_finding.access_differs':
    'Zugangsanfrage {has_access, select, yes {{access}} other {von jemandem}} ist {has_stored, select, yes {{stored}} other {nicht so}}, nach den Ereignissen {has_told, select, yes {{told}} other {anders}}',
  'audit_finding.invitation_differs':
    'Einladung {has_invitation, select, yes {{invitation}} other {von jemandem}} ist {has_stored, select, yes {{stored}} other {nicht so}}, nach den Ereignissen {has_told, select, yes {{told}} other {anders}}',
}
