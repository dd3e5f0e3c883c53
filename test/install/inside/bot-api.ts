/** Run inside a systemd sandbox as a unit of Type=notify: the Bot API server of the suite on PORT, for the bots of TOKENS. */
import { createNotify } from '../../../src/supervision/notify.ts'
import { createBotApiServer } from '../../support/bot-api-server/server.ts'

const [token, witness] = process.env['TOKENS']!.split(',')
const server = await createBotApiServer({
  ...{ token: token!, port: Number(process.env['PORT']), botUsername: 'usher_bot', controlSecret: 'secret' },
})
server.addBot({ token: witness!, botUsername: 'usher_witness_bot' })
createNotify(process.env['NOTIFY_SOCKET'] ?? null)('READY=1')
