import type { Api } from 'grammy'
import { z } from 'zod'
import type { FileStore } from '../state/file-store.ts'

/** Which webhook this bot has set itself, so that one of somebody else is known as such, also after the config has changed. */
export interface OwnWebhook {
  /** Remembered before Telegram hears of it. */
  set(url: string): Promise<void>
  /** Makes room for polling. True when there was one that this bot never set. */
  leave(api: Api, signal: Parameters<Api['getMe']>[0]): Promise<{ foreign: boolean }>
}

const schema = z.object({ url: z.string() })

export function createOwnWebhook(files: FileStore): OwnWebhook {
  return {
    set: (url) => files.write('webhook', { url }),
    async leave(api, signal) {
      const { url } = await api.getWebhookInfo(signal)
      const own = schema.safeParse(await files.read('webhook'))
      // Telegram has one webhook for a bot, whoever set it; without one there is nothing to take away.
      if (url !== undefined && url !== '') await api.deleteWebhook({}, signal)
      await files.remove('webhook')
      return { foreign: url !== undefined && url !== '' && !(own.success && own.data.url === url) }
    },
  }
}
