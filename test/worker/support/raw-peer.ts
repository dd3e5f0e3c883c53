/** Sends what stands on standard input to a Unix socket, as whoever runs it, and prints what comes back. */
import { connect } from 'node:net'

const socket = connect(process.argv[2] ?? '')
socket.on('error', (error) => process.stderr.write(process.argv[3] === 'quiet' ? '' : `${error.message}\n`))
process.stdin.on('data', (chunk) => socket.write(chunk))
socket.pipe(process.stdout)
socket.once('close', () => process.exit(0))
