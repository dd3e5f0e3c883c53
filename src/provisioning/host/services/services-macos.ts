import type { Services } from './services.ts'

/**
 * Services where there is no systemd: none of them is restarted or reloaded, because launchd(8) has no units that a config could
 * name, and says "running" of what is about to be started again. `remind` works: the receipt names what to restart.
 */
export function createMacosServices(): Services {
  return {
    available: async () => false,
    async perform(unit, action) {
      if (action === 'remind') return { ok: true, durationMs: 0 }
      const why = `cannot ${action} ${unit} on macOS: say "action: remind" in the config's services, and do it by hand`
      const params = { unit, state: 'unknown' }
      return { ok: false, failure: { code: 'service_not_active', params, detail: why } }
    },
    isActive: async () => false,
  }
}
