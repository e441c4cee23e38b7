import { run } from './commands.ts'
import { processHost } from './host.ts'

const host = processHost()
// Each command decides about it; without a listener, it would end the process with a stack trace.
for (const stream of [host.stdout, host.stderr]) stream.on('error', () => {})
const code = await run(process.argv.slice(2), host)
process.exitCode = code
// Not before all is written, which pipes do in their own time; not later either, as a name that is being looked up, say, would
// hold the process.
// A signal ends the command, even if the reader of its output takes nothing.
if (code > 128) setTimeout(() => process.exit(code), 1000)
host.stdout.write('', () => host.stderr.write('', () => process.exit(code)))
