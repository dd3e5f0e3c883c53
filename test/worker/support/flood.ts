/**
 * Hammers a socket in every way at once, as whoever runs it, until it is killed: connections as fast as they open,
 * requests, bodies that never end, and event streams that are never read.
 */
import { connect } from 'node:net'
import { post, requestBytes } from './raw.ts'

const path = process.argv[2] ?? ''
const open = (bytes: string, read: boolean, again: () => void) => {
  const socket = connect(path)
  if (read) socket.resume()
  else socket.pause()
  socket.on('error', () => {})
  socket.once('close', () => setImmediate(again))
  if (bytes !== '') socket.write(bytes)
}
const keep = (bytes: string, read: boolean) => {
  const again = () => open(bytes, read, again)
  again()
}
for (let n = 0; n < 4; n++) keep(requestBytes('GET /v1/events?after=0'), false)
for (let n = 0; n < 8; n++) keep(post('whoami', {}, { 'content-length': '60000' }), true)
for (let n = 0; n < 8; n++) keep(post('whoami', {}), true)
for (let n = 0; n < 200; n++) keep('', true)
process.stdout.write('flooding\n')
