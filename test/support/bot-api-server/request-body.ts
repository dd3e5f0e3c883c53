import type { IncomingMessage } from 'node:http'

/** A file that came as a part of a multipart body. */
export interface UploadedFile {
  file_name: string
  mime_type: string
  bytes: Buffer
}

/** What a request carried: query string and body merged, as Telegram does; nested values may still be JSON text. */
export interface RequestFields {
  fields: Record<string, unknown>
  files: Record<string, UploadedFile>
}

export type BodyOutcome =
  | { kind: 'fields'; body: RequestFields }
  | { kind: 'too-large' }
  | { kind: 'malformed' }

/**
 * Reads query string and body of a Bot API call: JSON, urlencoded or multipart.
 * Multipart is parsed by Node's own `Response.formData()`, which accepts what grammY writes.
 * Rejects when the client goes away in the middle.
 */
export async function readRequest(
  request: IncomingMessage,
  url: URL,
  maxBytes: number,
): Promise<BodyOutcome> {
  const query = Object.fromEntries(url.searchParams)
  const bytes = await readBytes(request, maxBytes)
  if (bytes === undefined) return { kind: 'too-large' }
  const type = request.headers['content-type'] ?? ''
  if (bytes.length === 0) return { kind: 'fields', body: { fields: query, files: {} } }
  if (/^application\/json\b/i.test(type)) return withQuery(query, parseJson(bytes))
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    const fields = Object.fromEntries(new URLSearchParams(bytes.toString('utf8')))
    return withQuery(query, { fields, files: {} })
  }
  if (/^multipart\/form-data\b/i.test(type)) return withQuery(query, await parseMultipart(bytes, type))
  return { kind: 'fields', body: { fields: query, files: {} } }
}

/** Collects a body up to `maxBytes`; undefined when it is larger (the rest is not read). */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function withQuery(query: Record<string, unknown>, body: RequestFields | undefined): BodyOutcome {
  if (!body) return { kind: 'malformed' }
  return { kind: 'fields', body: { fields: { ...query, ...body.fields }, files: body.files } }
}

function parseJson(bytes: Buffer): RequestFields | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return { fields: { ...value }, files: {} }
  } catch {
    return undefined
  }
}

async function parseMultipart(bytes: Buffer, type: string): Promise<RequestFields | undefined> {
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
    const body: RequestFields = { fields: {}, files: {} }
    for (const [name, value] of form) {
      if (typeof value === 'string') body.fields[name] = value
      else
        body.files[name] = {
          file_name: value.name,
          mime_type: value.type || 'application/octet-stream',
          bytes: Buffer.from(await value.arrayBuffer()),
        }
    }
    return body
  } catch {
    return undefined
  }
}
