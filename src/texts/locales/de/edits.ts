import type { editsEn } from '../en/edits.ts'

export const editsDe: Record<keyof typeof editsEn, string> = {
  'request_subject.edit': '{name} ({os_user}, Rolle {role}) ändern',
  'request_subject.retest': '{name} ({os_user}) noch einmal prüfen',
  'request_subject.undo_edit':
    'Lauf {has_run, select, yes {{run}} other {?}} rückgängig machen: was an {name} ({os_user}) geändert wurde, zurückgeben',
  'request_title.edit': '{name} ({os_user}, Rolle {role}) ändern',
  'request_title.retest': '{name} ({os_user}) noch einmal prüfen',
  'request_title.undo_edit':
    'Lauf {has_run, select, yes {{run}} other {?}} rückgängig machen: was an {name} ({os_user}) geändert wurde, zurückgeben',
  'run_kind.edit': 'Änderung',
  'run_kind.retest': 'Prüfung',
  'person.smoke':
    '{passed, select, yes {Prüfung bestanden: {at} (Lauf {run})} other {Prüfung gescheitert: {at} (Lauf {run})}}',
  'person.smoke_never': 'noch von keinem Lauf geprüft',
  'edit.change': '{label}: {before} → {after}',
  'edit.nothing': 'nicht gesetzt',
  'edit.proof': 'die neue Telegram-ID: {proof}',
  'edit.policy':
    '{stricter, select, yes {Es gilt die strengere Regel der Rollen {before} und {after}} other {Es gilt die Regel der Rolle {after}}}: {count, plural, one {1 Genehmigung} other {# Genehmigungen}}, {own, select, yes {die eigene zählt} other {die eigene zählt nicht}}{step_up, select, totp {, mit Code} witness {, mit dem Zeugen} terminal {, am Terminal} other {}}.',
  'edit.identity':
    'Es ändert sich, wer jemand ist, welches Konto dazugehört oder was die Person darf: Das entscheidet nie ein Bot allein, es wird am Terminal bestätigt.',
  'note.account.left':
    'das Konto {os_user} bleibt, wie es ist, mit Dateien und Gruppen, und gehört niemandem mehr auf der Personenliste',
  'note.groups.never_stripped':
    'bleibt in {group_count, plural, one {der Gruppe} other {den Gruppen}} {groups} der Rolle {role}: Eine Gruppe wird nie entzogen, das macht root von Hand',
  'note.dir.left': 'der Ordner {path} bleibt, wie er ist: Der Inhalt wird von Hand umgezogen',
  'note.roster.change': 'in der Personenliste ändern: {fields}',
  'note.roster.changed': 'in der Personenliste geändert: {fields}',
  'note.roster.restored': 'den Eintrag Byte für Byte wiederhergestellt',
  'left.roster_edit': 'der Eintrag von {os_user} in {path}, wie die Änderung ihn hinterlassen hat',
  'to_do.roster_edit':
    'dem Eintrag von {os_user} (Telegram-ID {telegram_id}) in {path} mit einem Editor die alten Werte zurückgeben',
  'violation.entry_gone':
    'kann den Eintrag von {has_os_user, select, yes {„{os_user}“} other {dieser Person}} nicht verwenden: auf der Personenliste steht er nicht mehr genau so und genau einmal; sieh in der Liste der Personen nach',
  'violation.edit_nothing': 'kann nichts ändern: jeder Wert ist schon so',
  'violation.edit_two_persons':
    'kann Telegram-ID und OS-Benutzer nicht zugleich ändern: das wäre jemand anderes; nimm diese Person neu auf',
  'violation.edit_waits_for_start':
    'kann das nicht ändern ({label}), solange das Konto auf den Start der Person wartet: mach {has_run, select, yes {Lauf {run}} other {ihren Lauf}} rückgängig und nimm sie neu auf',
  'people.page_head': '<b>Personen {from} bis {to}</b>',
  'people.page_empty': 'Auf dieser Seite steht niemand mehr. /users beginnt von vorn.',
  'people.page_tail': '/user und ein Name zeigt eine Person.',
  'people.entry':
    '• {name} (<code>{os_user}</code>), Rolle {role}: {state, select, waits_for_start {wartet auf den Start} not_active {nicht aktiv} other {aktiv}}',
  'people.retest_label': 'Neu prüfen',
  'people.edit_label': 'Bearbeiten',
  'people.message_unknown': 'Diese Nachricht kenne ich nicht mehr. /user und ein Name zeigt die Person neu.',
  'people.button_used': 'Dieser Knopf wurde schon benutzt. /user und ein Name zeigt die Person neu.',
  'people.edit_whom':
    'Wen? Schreib /edituser und einen OS-Benutzer oder eine Telegram-ID. /users zeigt alle.',
  'people.edit_head': '<b>{name}</b> (<code>{os_user}</code>). Welches Feld soll sich ändern?',
  'people.edit_same': '{field}: {before}',
  'people.edit_changed': '<b>{field}: {before} → {after}</b>',
  'people.edit_done_label': 'Änderung ansehen',
  'people.edit_drafted': 'Entworfen. Die Karte zeigt, was sich ändern würde; noch ist nichts geändert.',
  'people.edit_ended': 'Beendet. Es wurde nichts geändert.',
  'people.noted': 'Notiert.',
  'people.other_account':
    'Welches Konto stattdessen? Es muss schon da sein, wem es gehört, muss zustimmen, und das alte bleibt, wie es ist.',
}
