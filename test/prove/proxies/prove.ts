import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startWorker } from '../../../bench/server/processes.ts'
import { freePort } from '../../../scripts/free-port.ts'
import { type Outcome, type Prove, today } from '../section.ts'
import { caddy } from './caddy.ts'
import { CHECKS, type Check, HEARTBEAT } from './checks.ts'
import { haproxy } from './haproxy.ts'
import { nginx } from './nginx.ts'
import { type Kind, RunningProxy, versionOf } from './proxy.ts'
import type { Stage } from './stage.ts'
import type { UpstreamCommands } from './upstream.ts'
import { chromiumVisitor, nodeVisitor, type Visitor } from './visitors.ts'

/*
 * npm run prove -- proxies [--only nginx,haproxy] [--checks topic] [--http1] [--http2]
 */

const KINDS = [nginx, haproxy, caddy]

interface Column {
  readonly kind: Kind
  readonly visitor: Visitor
}

/** Of this run alone: for localhost, for a day. */
function createCertificate(folder: string): string {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  const pem = join(folder, 'both.pem')
  // The worker processes of nginx have another user.
  writeFileSync(pem, execFileSync('cat', [certificate, key]))
  return pem
}

/** @returns What was seen, and whether that is a failure. */
async function runCheck(check: Check, { kind, visitor }: Column, folder: string, pem: string) {
  const upstream = startWorker<UpstreamCommands>('../../test/prove/proxies/upstream.ts', `${HEARTBEAT}`)
  const ports = { proxy: await freePort(), admin: await freePort(), upstream: await upstream.call('port') }
  const place = { folder: mkdtempSync(join(folder, 'proxy-')), ports, pem: visitor.isSecure ? pem : undefined }
  const proxy = new RunningProxy(kind, place)
  const stage: Stage = { upstream, proxy, visitor }
  try {
    if (!(await proxy.start(check.variant))) return { seen: kind.without[check.variant] ?? '–', failed: false }
    return { seen: await check.run(stage), failed: false }
  } catch (error) {
    return { seen: error instanceof Error ? error.message : `${error}`, failed: true }
  } finally {
    await visitor.leave()
    await proxy.kill()
    await upstream.stop()
  }
}

function readArgs(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: KINDS.map(({ program }) => program).join() },
      checks: { type: 'string', default: '' },
      http1: { type: 'boolean', default: false },
      http2: { type: 'boolean', default: false },
    },
  })
  const both = values.http1 === values.http2
  return {
    kinds: KINDS.filter(({ program }) => values.only.split(',').includes(program)),
    checks: CHECKS.filter(({ name }) => name.includes(values.checks)),
    http1: both || values.http1,
    http2: both || values.http2,
    isPart: args.length > 0,
  }
}

export const prove: Prove = async (args) => {
  const { kinds, checks, http1, http2, isPart } = readArgs(args)
  const leftOut: string[] = isPart ? ['what the options do not ask for'] : []
  const failures: string[] = []
  const versions: Record<string, string> = {}
  const present = kinds.filter((kind) => {
    const version = versionOf(kind)
    if (version) versions[kind.name] = version
    else leftOut.push(`${kind.name} is not installed: apt-get install -y ${kind.package}`)
    return version
  })
  const chromium = http2 ? await chromiumVisitor() : undefined
  versions['Node'] = process.version.slice(1)
  if (chromium) versions['Chromium'] = chromium.version
  const visitors = [...(http1 ? [nodeVisitor()] : []), ...(chromium ? [chromium] : [])]
  const columns: Column[] = present.flatMap((kind) => visitors.map((visitor) => ({ kind, visitor })))
  const folder = mkdtempSync(join(tmpdir(), 'headwater-proxies-'))
  const rows: string[][] = []
  try {
    const pem = createCertificate(folder)
    for (const check of checks) {
      const cells: string[] = []
      for (const column of columns) {
        const title = `${column.kind.name}, ${column.visitor.name}: ${check.name}`
        const isAsked = check.suits?.(column.visitor.isSecure) ?? true
        const { seen, failed } = isAsked ? await runCheck(check, column, folder, pem) : { seen: '–', failed: false }
        process.stderr.write(`${failed ? 'FAILED ' : ''}${title}: ${seen}\n`)
        if (failed) failures.push(`${title}: ${seen}`)
        cells.push(failed ? 'failed' : seen)
      }
      rows.push([check.name, ...cells])
    }
  } finally {
    for (const visitor of visitors) await visitor.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return toOutcome(rows, columns, versions, failures, leftOut)
}

function toOutcome(
  rows: string[][],
  columns: readonly Column[],
  versions: Record<string, string>,
  failures: readonly string[],
  leftOut: readonly string[],
): Outcome {
  const head = ['', ...columns.map(({ kind, visitor }) => `${kind.name}, ${visitor.name}`)]
  const section = {
    title: 'Proxies',
    date: today(),
    command: 'npm run prove -- proxies',
    versions,
    intro: INTRO,
    tables: [{ head, rows }],
    notes: NOTES,
  }
  return { section, failures, leftOut }
}

const INTRO = `The reference server and a proxy run as processes of their own, and a client listens to streams through the proxy. Over HTTP/1.1 that is
the client in Node. Over HTTP/2 with TLS it is the client in a page in Chromium. The proxies have the configuration of
[Proxies](proxies.md), except where the row says otherwise. Between proxy and server there is HTTP/1.1.`

const NOTES = [
  'In brackets are the `code` and the `status` of the errors that the client reported. `≤` is the longest of the five times from `publish` to the handler. Times depend on the machine.',
  `The server sends a heartbeat after ${HEARTBEAT / 1000} s of silence, and looks once a second.`,
  '"Nothing lost" means that the client got every event once and in order, those too that were published while it had no connection.',
  'If a broken connection looks like the end of the response, the client follows after 3 s instead of backing off ([clean ends](behaviour.md#reconnect-and-retry-timing)). It resumes in the same way.',
]
