// A thread of its own (see damage.ts): looks through a whole database without holding up anybody. Plain JavaScript, because
// TypeScript would load the type stripper once more.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

parentPort?.postMessage(look())

/** What SQLite says, or its error: the code of an error that is thrown would be lost on the way to the other thread. */
function look() {
  try {
    const connection = new DatabaseSync(workerData, { readOnly: true, timeout: 5000 })
    const row = connection.prepare('pragma quick_check(1)').get()
    connection.close()
    return { said: row?.quick_check ?? 'no answer' }
  } catch (error) {
    return { code: error.errcode ?? 0, message: error.message }
  }
}
