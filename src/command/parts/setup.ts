import { type CommandDescription, JSON_OPTION } from '../command.ts'

export const SETUP = {
  name: 'setup',
  summary: "the first start: the bot's token, the first admin, who and what is here already",
  description:
    "Asks for the bot's token and who the first admin is, shows which people and services this host has, and writes config and secrets. In a terminal it asks; otherwise everything is an option.\n\nSaid again, it shows what is set and changes what you choose. Nothing is written before you agree, and leaving at any question leaves everything as it was.",
  arguments: [],
  options: {
    'token-file': { value: 'FILE', summary: "take the bot's token from a file", offers: 'file' },
    'token-stdin': {
      summary:
        "take the bot's token from standard input; an argument could be read by every account of this host",
    },
    'replace-bot': { summary: 'take the token although it is another bot than before' },
    admin: {
      value: 'TELEGRAM_ID',
      multiple: true,
      summary: 'a first admin, by numeric Telegram id; joins those that are there',
    },
    'prove-admin': { summary: 'show a one-time code: who sends it to the bot becomes an admin' },
    roster: { value: 'FILE', summary: 'the users.yaml to use, where there is one already', offers: 'file' },
    service: {
      value: 'UNIT[:ACTION]',
      multiple: true,
      summary:
        'a service to tell about new people: restart (default), reload or remind; joins those that are there',
    },
    'agent-command': {
      value: 'COMMAND',
      summary: 'what a new person must be able to run, such as "claude --version"; empty for nothing',
    },
    'witness-token-file': {
      value: 'FILE',
      summary: 'set up the second, send-only bot, too, with the token in this file',
      offers: 'file',
    },
    now: { summary: 'start the services, or restart them, without asking' },
    'no-start': { summary: 'start and restart nothing' },
    yes: { summary: 'ask nothing: do what the options say' },
    'dry-run': { summary: 'only say what would be changed' },
    config: { value: 'FILE', summary: 'the config to make or to change', offers: 'file' },
    json: JSON_OPTION,
  },
  examples: [
    { line: 'sudo usher setup' },
    {
      line: 'sudo usher setup --token-file /root/token --admin 111111111 --yes --now',
      why: 'without a question, for scripts',
    },
    {
      line: 'sudo usher setup --token-stdin --prove-admin --yes < token',
      why: 'prints the code and waits for it',
    },
  ],
  exits: {
    0: 'everything is as it should be, or would be after a dry run',
    1: 'it is written, but a service did not start, or something still needs you; or it could not be written',
    2: 'refused: a command, config, token or roster that cannot be used; the message says which and why',
    3: 'not permitted for this user; not proven in time; or you left, and nothing was changed',
    4: "somebody else gets the bot's messages",
    5: 'Telegram cannot be reached',
    130: 'interrupted, and nothing was changed',
  },
} as const satisfies CommandDescription
