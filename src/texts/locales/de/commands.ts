import type { commandsEn } from '../en/commands.ts'

export const commandsDe: Record<keyof typeof commandsEn, string> = {
  'commands.menu.adduser': 'Jemandem Zugang geben',
  'commands.menu.invite': 'Jemanden per Link einladen',
  'commands.menu.invites': 'Welche Einladungen noch gelten',
  'commands.menu.blocked': 'Wem nicht geantwortet wird',
  'commands.menu.requests': 'Was auf eine Entscheidung wartet',
  'commands.menu.run': 'Was ein Lauf getan hat: /run NUMMER',
  'commands.menu.start': 'Hier geht es los',
  'commands.menu.user': 'Eine Person: /user NAME; ohne Namen du selbst',
  'commands.menu.edituser': 'Ändern, was auf der Personenliste steht',
  'commands.menu.users': 'Wer Zugang hat',
  'commands.menu.reconcile': 'Wer auf dem Rechner von Personenliste und Rollen abweicht',
  'commands.menu.audit': 'Was geschehen ist, und durch wen',
  'commands.menu.freeze': 'Genehmigungen im Chat sofort anhalten',
  'commands.menu.unfreeze': 'Wie es nach dem Einfrieren weitergeht',
  'commands.menu.status': 'Wie es dem Rechner geht',
  'commands.menu.whoami': 'Wer du für mich bist',
  'commands.menu.language': 'In welcher Sprache ich mit dir spreche',
  'commands.menu.quiet': 'Wann ich dich in Ruhe lasse',
  'commands.menu.cancel': 'Beenden, was gerade läuft',
  'commands.menu.help': 'Was ich verstehe',
  'commands.help_head': '<b>Usher</b> gibt Leuten Zugang zu diesem Rechner.',
  'commands.help_line': '/{command}: {description}',
  'commands.refusal':
    'Ich arbeite leider nur für Leute, die hier Zugang haben. Falls du ihn haben solltest, gib deinem Admin diese Nummer: <code>{id}</code>',
  'commands.whoami_config_admin':
    'Du bist {who}, Admin laut Konfiguration; auf der Personenliste stehst du nicht.',
  'commands.whoami_not_on_roster': 'Du bist {who}, Rolle {role}; auf der Personenliste stehst du nicht.',
  'commands.whoami':
    'Du bist <b>{name}</b>, Telegram-ID <code>{id}</code>, Konto <code>{os_user}</code>, Rolle {role}.',
  'commands.status_head':
    '<b>{host}</b>: Usher {version} {ready, select, yes {ist bereit} other {startet gerade}}{mode, select, single_user { (Einzelbenutzer-Modus)} other {}}.',
  'commands.status_since': 'Läuft seit {since} ({duration})',
  'commands.status_runs': 'Läufe: {running} in Arbeit, {queued} in der Warteschlange',
  'commands.status_requests': 'Offene Anträge: {count}',
  'commands.status_people': 'Personen: {count}',
  'commands.status_people_unknown': 'Personen: unbekannt',
  'commands.status_roster_problem': '❌ Personenliste: {problem}',
  'commands.status_room': 'Speicher {memory}, freier Plattenplatz {disk}',
  'commands.nothing_to_cancel': 'Es gibt nichts abzubrechen.',
  'commands.requests_page.waiting_all': '<b>Was auf eine Entscheidung wartet</b>',
  'commands.requests_page.waiting_own': '<b>Deine Anträge, die auf eine Entscheidung warten</b>',
  'commands.requests_page.every_all': '<b>Alle Anträge</b>',
  'commands.requests_page.every_own': '<b>Deine Anträge</b>',
  'commands.requests_page.latest': 'Nichts wartet auf eine Entscheidung. Die letzten waren:',
  'commands.requests_page.nothing_waits': 'Nichts wartet auf eine Entscheidung.',
  'commands.requests_page.none': 'Es gibt keine Anträge.',
  'commands.requests_usage': '/requests zeigt alle, /requests NUMMER einen.',
  'commands.requests_turn.newest': '« Neueste',
  'commands.requests_turn.older': 'Ältere ›',
  'commands.requests_turn.all': 'Alle',
  'commands.requests_turn.waiting': 'Wartende',
  'commands.run_usage':
    'Welcher Lauf? Schreib seine Nummer, etwa /run 7. Sie steht auf der Karte seines Antrags.',
  'commands.open_request_label': 'Antrag {id} öffnen',
  'commands.no_people': 'Auf der Personenliste steht noch niemand. /adduser fängt an.',
  'commands.not_permitted': 'Deine Rolle erlaubt das nicht. /help zeigt, was du tun kannst.',
  'commands.did_not_understand': 'Das habe ich nicht verstanden. /help zeigt, was ich verstehe.',
  'commands.worker_away':
    'Der Worker antwortet gerade nicht. Es wurde nichts geändert und nichts ging verloren; bitte versuch es gleich noch einmal.',
  'commands.dialogue_outdated':
    'Usher wurde aktualisiert, und die Fragen haben sich seither geändert. Bitte fang mit /adduser neu an; es wurde nichts geändert.',
  'commands.dialogue_lost':
    'Bei mir ist etwas schiefgegangen, und ich habe den Faden verloren. Es wurde nichts geändert; bitte fang mit /adduser neu an.',
  'commands.card_dialogue_outdated':
    'Usher wurde aktualisiert, und die Fragen haben sich seither geändert. Es wurde nichts entschieden und nichts geändert; bitte tipp noch einmal auf den Knopf der Karte.',
  'commands.card_dialogue_lost':
    'Bei mir ist etwas schiefgegangen, und ich habe den Faden verloren. Es wurde nichts entschieden und nichts geändert; bitte tipp noch einmal auf den Knopf der Karte.',
  'commands.something_went_wrong': 'Bei mir ist etwas schiefgegangen. Bitte versuch es noch einmal.',
  'commands.open_label': '{id} öffnen',
  'commands.activating': 'Danke! Dein Konto wird gleich aktiv; ich sage dir hier Bescheid.',
  'commands.press_start':
    'Willkommen, {name}! Dein Konto <code>{os_user}</code> auf {host} ist angelegt. Drück hier /start, dann wird es aktiv.',
  'commands.active':
    'Dein Konto <code>{os_user}</code> auf {host} ist jetzt aktiv. /whoami zeigt, wie ich dich kenne, /help, was ich verstehe.',
  'commands.welcome':
    'Willkommen, {name}! Dein Konto <code>{os_user}</code> auf {host} ist bereit. /whoami zeigt, wie ich dich kenne, /help, was ich verstehe.',
}
