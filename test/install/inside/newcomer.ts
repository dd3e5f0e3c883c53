/**
 * Run inside a systemd sandbox, as root: what somebody does who has only the README, from an empty machine to the first person.
 * Operands: the folder of the package, the commands of the README's steps as JSON. The Bot API server of the suite stands for
 * Telegram; that the config has to name it is the only thing that is not in the README.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { createBotApiServer } from '../../support/bot-api-server/server.ts'
import { createChatDriver } from '../../support/chat-driver/chat-driver.ts'
import { KEYS, onTerminal } from '../../support/terminal/terminal.ts'

const TOKEN = '110201543:AAF-abcdefghijklmnopqrstuvwxyz012345'
const CONFIG = '/etc/usher/config.yaml'
const [folder = '', list = '[]'] = process.argv.slice(2)
const [install = '', setup = '', doctor = ''] = JSON.parse(list) as string[]
const done: { step: string; ms: number }[] = []
let last = performance.now()
const step = (name: string) => {
  done.push({ step: name, ms: Math.round(performance.now() - last) })
  last = performance.now()
}
const asRoot = (line: string) => line.replace(/^sudo /, '')
const shell = (line: string) =>
  execFileSync('/bin/sh', ['-c', asRoot(line)], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const api = await createBotApiServer({ token: TOKEN, botUsername: 'acme_usher_bot', botName: 'Acme Usher' })
const chats = createChatDriver(api.control, { timeoutMs: 20_000 })
const grace = await chats.person({ first_name: 'Grace' })
const ada = await chats.person({ first_name: 'Ada' })
step('make a bot')

// There is no archive in here for what the package only recommends, and nobody to say yes.
shell(install.replace('apt install', 'apt-get install --yes --no-install-recommends'))
step('install')

const config = parseDocument(readFileSync(CONFIG, 'utf8'))
config.setIn(['telegram', 'api_root'], api.url)
writeFileSync(CONFIG, config.toString())

const terminal = onTerminal(asRoot(setup).split(' '))
await terminal.answer("The bot's token (not shown)", `${TOKEN}${KEYS.enter}`)
await terminal.answer('Is that right?', KEYS.enter)
await terminal.answer('Who is the first admin?', KEYS.enter)
await terminal.until('?start=')
const code = /\?start=(\d+)/.exec(terminal.screen())?.[1] ?? ''
await grace.starts(code)
await terminal.answer('Make them an admin?', KEYS.enter)
for (const question of [
  'Another admin?',
  "What must a new person's account be able to run?",
  'Set up the witness, too',
  'Write this?',
  'Start Usher now?',
]) {
  await terminal.answer(question, KEYS.enter)
}
const status = await terminal.ended
if (status !== 0) throw new Error(`setup ended with ${status}:\n${terminal.screen()}`)
step('set up')

const found = shell(`${doctor} || true`)
step('ask what is not right')

await ada.starts()
await ada.taps('Ask for access')
await ada.sees('What is your name?')
await ada.sends('Ada Lovelace')
await ada.sees('GitHub login')
await ada.taps('Skip')
await ada.sees('the admins should know')
await ada.sends('I work with Grace')
await ada.taps('✅ Send')
const card = await grace.sees('Ada Lovelace asks for access')
await grace.taps('✏️ Complete', { on: card })
await grace.sees('Which account')
await grace.sends('ada')
await grace.taps('user')
await grace.taps('Keep all')
await grace.taps('Skip')
step('somebody asks')

const review = await grace.sees('What would change on the host', { buttons: [/Approve/] })
await grace.taps(/Approve/, { on: review })
await ada.sees('Your account ada')
step('approve')

const account = execFileSync('getent', ['passwd', 'ada'], { encoding: 'utf8' }).trim()
process.stdout.write(`\n${JSON.stringify({ done, found, account })}\n`)
await api.close()
process.exit(0)
