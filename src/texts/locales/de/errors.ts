import type { errorsEn } from '../en/errors.ts'

export const errorsDe: Record<keyof typeof errorsEn, string> = {
  'error.invalid': 'kann das noch nicht tun: die Angaben stimmen noch nicht; nichts wurde geändert',
  'error.bad_request': 'kann mit dieser Anfrage nichts anfangen',
  'error.too_large': 'kann so viel nicht auf einmal annehmen: kürze die Angaben',
  'error.not_permitted': 'kann das nicht tun: du darfst das nicht',
  'error.not_found': 'kann es nicht finden: es gibt es nicht, oder es ist nicht für dich bestimmt',
  'error.unknown_operation':
    'kann das nicht tun: der Worker kennt diesen Vorgang nicht; auf beiden Seiten muss dieselbe Version laufen',
  'error.denied':
    'kann nicht weiter: der Antrag wurde abgelehnt{has_reason, select, yes {: {reason}} other {}}',
  'error.expired': 'kann nicht weiter: der Antrag ist unentschieden verfallen; stelle ihn neu',
  'error.digest_differs':
    'kann das nicht genehmigen: der Plan ist nicht mehr der, der gezeigt wurde; sieh dir den neuen an und entscheide noch einmal',
  'error.already_decided':
    'kann nicht noch einmal entscheiden: der Antrag ist schon {state, select, draft {ein Entwurf} submitted {eingereicht} approved {genehmigt} denied {abgelehnt} expired {verfallen} cancelled {zurückgezogen} other {entschieden}}{has_by, select, yes { (von {by})} other {}}',
  'error.key_reused':
    'kann das nicht wiederholen: der Idempotenzschlüssel gehört schon zu etwas anderem; nimm einen neuen',
  'error.held':
    '{has_run, select, yes {kann das nicht einreichen: die Rücknahme von {has_request, select, yes {Antrag {request}} other {einem anderen Antrag}} kam nicht zu Ende; führe sie zuerst fort („sudo usher run resume {run}“), oder nimm hin, was übrig ist („sudo usher run abandon {run} --reason TEXT“)} other {kann das nicht einreichen: {has_request, select, yes {Antrag {request}} other {ein anderer Antrag}} hält denselben OS-Benutzer, dieselbe uid oder dieselbe Telegram-ID; entscheide ihn zuerst oder ziehe ihn zurück}}',
  'error.second_worker':
    'kann nicht starten: ein anderer Worker benutzt dieselbe Datenbank; halte ihn zuerst an',
  'error.not_undoable': 'kann diesen Lauf nicht rückgängig machen',
  'error.wrong_state': 'kann das in diesem Zustand nicht tun',
  'error.clock_behind':
    'kann das jetzt nicht entscheiden: die Uhr des Rechners steht vor dem Zeitpunkt des Antrags; stelle die Uhr und versuche es noch einmal',
  'error.claim_refused':
    'kann das nicht annehmen: der Code ist falsch, verbraucht oder verfallen, oder er gilt für ein anderes Konto; bitte den Admin um einen neuen',
  'error.invite_refused':
    'kann diese Einladung nicht öffnen: der Link ist falsch, verbraucht oder verfallen, oder er ist für jemand anderen; bitte um einen neuen',
  'error.step_up_required':
    'kann das nicht mit einem Tippen allein genehmigen: nötig {factor, select, witness {sind der Code des Zeugen und ein Code aus deiner Authenticator-App} other {ist ein Code aus deiner Authenticator-App}}',
  'error.challenge_refused':
    'kann das nicht genehmigen: die Taste wurde schon benutzt oder ersetzt; nimm die neueste Karte',
  'error.factor_refused':
    'kann diesen Code nicht annehmen: er ist falsch, verbraucht oder zu alt; gib den nächsten ein',
  'error.frozen':
    'kann im Chat nicht genehmigen: das ist eingefroren; genehmige auf dem Rechner, oder beende es dort mit „sudo usher unfreeze“',
  'error.too_many': 'kann das jetzt nicht tun: zu viele Anfragen; warte kurz und versuche es noch einmal',
  'error.version_mismatch':
    'kann nicht mit dem Worker sprechen: er hat eine andere Version; auf beiden Seiten muss dieselbe laufen',
  'error.unreachable': 'kann den Worker nicht erreichen',
  'error.shutting_down':
    'kann das jetzt nicht tun: der Worker wird gerade beendet; versuche es gleich noch einmal',
  'error.roster_unusable':
    'kann die Personenliste{has_path, select, yes { {path}} other {}} nicht verwenden: {has_why, select, yes {{why}} other {sie ist nicht lesbar}}; berichtige die Datei von Hand, nichts wurde geändert',
  'error.internal': 'kann das nicht abschließen: ein Fehler in Usher selbst; bitte melde ihn',
  'refusal.only_known_person': 'kann nicht genehmigen: das kann nur eine bekannte Person',
  'refusal.needs_somebody_else':
    'kann Antrag {request} nicht genehmigen: es ist dein eigener, und die Rolle verlangt die Genehmigung von jemand anderem',
  'refusal.about_you': 'kann Antrag {request} nicht genehmigen: es geht darin um dich',
  'refusal.draft_for_others': 'kann keinen Antrag für jemand anderen entwerfen: deine Rolle darf das nicht',
  'refusal.submit_first': 'kann Antrag {request} nicht entscheiden: reiche ihn zuerst ein',
  'refusal.chat_per_day':
    'kann im Chat nicht mehr als {max, plural, one {1 Antrag} other {# Anträge}} am Tag genehmigen: nimm „sudo usher confirm {request}“',
  'refusal.drafts_per_day':
    'kann nicht mehr als {max, plural, one {1 Antrag} other {# Anträge}} am Tag entwerfen',
  'refusal.challenges_capped': 'kann jetzt keine weiteren Tasten zum Genehmigen zeigen: warte eine Stunde',
  'refusal.claims_capped': 'kann jetzt keine weiteren Codes annehmen: warte eine Stunde',
  'refusal.reconcile_capped':
    'kann jetzt nicht noch einmal alle abgleichen: warte, oder nimm „sudo usher reconcile“',
  'refusal.invitations_capped':
    'kann jetzt niemanden mehr einladen: widerrufe einige Einladungen, oder warte einen Tag',
  'refusal.blocks_capped':
    'kann im Chat nicht mehr als {max, plural, one {1 Person} other {# Personen}} sperren: entsperre einige, oder tu es auf dem Rechner',
  'refusal.run_kept':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: das ist schon vermerkt',
  'refusal.run_abandoned':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: was er übrig ließ, wurde schon hingenommen',
  'refusal.run_succeeded':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: er war erfolgreich',
  'refusal.run_undo_unfinished':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: seine Rücknahme kam nicht zu Ende; siehe „usher run show {run}“',
  'refusal.run_waits_already':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: Antrag {request} wartet schon auf eine Entscheidung',
  'refusal.run_nothing_to_choose':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: er wurde rückgängig gemacht, und es gibt nichts mehr zu wählen',
  'refusal.run_went_back':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: Antrag {request} ist zur neuen Entscheidung zurück',
  'refusal.run_cancelled':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: er wurde zurückgezogen',
  'refusal.run_unfinished':
    'kann Lauf {run} nicht {choice, select, retry {wiederholen} undo {rückgängig machen} keep {dabei belassen} resume {fortführen} other {so hinnehmen}}: er ist noch nicht fertig',
  'refusal.undo_of_undo':
    'kann Lauf {run} nicht rückgängig machen: er ist selbst eine Rücknahme; nimm die Person stattdessen neu auf',
  'refusal.undo_of_retest': 'kann Lauf {run} nicht rückgängig machen: er hat nichts geändert',
  'refusal.edited_since':
    'kann Lauf {run} nicht rückgängig machen: der Eintrag wurde seitdem bearbeitet; mache zuerst Lauf {edit} rückgängig',
  'refusal.undone_already': 'kann Lauf {run} nicht rückgängig machen: das ist schon geschehen',
  'refusal.undo_of_unfinished': 'kann Lauf {run} nicht rückgängig machen: er ist noch nicht fertig',
  'refusal.undo_of_ended':
    'kann Lauf {run} nicht rückgängig machen, sein Zustand: {state, select, queued {wartet} running {läuft} undoing {wird rückgängig gemacht} undone {rückgängig gemacht} failed {gescheitert} superseded {überholt} cancelled {zurückgezogen} other {nicht mehr da}}',
  'refusal.asked_already': 'kann nicht noch einmal fragen: du hast schon gefragt und wartest auf Antwort',
  'refusal.on_roster_already': 'kann nicht um Zugang bitten: du stehst schon auf der Personenliste',
  'refusal.invitation_closed':
    'kann Einladung {invitation} nicht widerrufen: sie ist {state, select, used {verbraucht} revoked {widerrufen} expired {verfallen} other {geschlossen}}',
  'refusal.role_by_terminal_only':
    'kann im Chat nicht für die Rolle {role} einladen: sie ist heikel; nimm „sudo usher invite --role {role}“',
  'refusal.known_here':
    'kann {telegram_id} nicht sperren: dieser Rechner kennt die Person; nur Fremde lassen sich sperren',
  'refusal.being_let_in': 'kann {telegram_id} nicht sperren: Antrag {request} lässt die Person gerade herein',
  'refusal.not_blocked': 'kann {telegram_id} nicht entsperren: niemand hat diese ID gesperrt',
}
