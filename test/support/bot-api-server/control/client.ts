import { type Control, controlOver } from './control.ts'

/** A control of a Bot API server in another process. `url` is the server's, without a path. */
export function connectControl(options: { url: string; secret: string }): Control {
  return controlOver(async (name, input) => {
    const response = await fetch(new URL(`/control/${name}`, options.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${options.secret}` },
      body: JSON.stringify(input),
    })
    const answer = (await response.json()) as { ok: true; result: unknown } | { ok: false; error: string }
    if (!answer.ok) throw new Error(answer.error)
    return answer.result
  })
}
