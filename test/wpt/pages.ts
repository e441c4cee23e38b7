/*
 * The pages that web-platform-tests makes of scripts: `x.any.js` runs in a window and in workers, `x.window.js` in a window.
 */

/** Where a test can run. */
const GLOBALS: Readonly<Record<string, readonly string[]>> = {
  window: ['html'],
  dedicatedworker: ['worker.html'],
  sharedworker: ['sharedworker.html'],
  worker: ['worker.html', 'sharedworker.html'],
}

/** The values of a `// META: name=value` in a script. */
const metaOf = (source: string, name: string): readonly string[] =>
  [...source.matchAll(new RegExp(`^// META: ${name}=(.*)$`, 'gm'))].map(([, value = '']) => value.trim())

/** The pages of a test file, as paths; none for a file that is no test. */
export function pagesOf(path: string, source: string): readonly string[] {
  const base = path.replace(/\.js$/, '')
  if (path.endsWith('.any.js')) {
    const globals = metaOf(source, 'global')[0]?.split(',') ?? ['window', 'dedicatedworker']
    return globals.flatMap((name) => (GLOBALS[name] ?? []).map((suffix) => `${base}.${suffix}`))
  }
  if (/\.(window|worker)\.js$/.test(path)) return [`${base}.html`]
  // Pages under resources/ belong to tests.
  return /\.html?$/.test(path) && !path.includes('/resources/') && source.includes('testharness.js') ? [path] : []
}

const script = (src: string): string => `<script src="${src}"></script>\n`
const imports = (sources: readonly string[]): string =>
  sources.map((source) => `importScripts(${JSON.stringify(source)})\n`).join('')

const head = (title: string): string => `<!doctype html><meta charset="utf-8"><title>${title}</title>\n${HARNESS}`
const HARNESS = script('/resources/testharness.js') + script('/resources/testharnessreport.js')

/** What is made of scripts: the script's own path, and what the answer is. */
export interface Made {
  readonly script: string
  readonly type: 'text/html' | 'text/javascript'
  make(source: string): string
}

/** @returns undefined for a path that is a file. */
export function madeOf(path: string): Made | undefined {
  const [, base, suffix] = /^(.*?\.(?:any|window|worker))\.((?:shared)?worker\.html|worker\.js|html)$/.exec(path) ?? []
  if (!base) return undefined
  const file = `${base}.js`
  const titleOf = (source: string): string => metaOf(source, 'title')[0] ?? ''
  if (suffix === 'worker.js')
    return {
      script: file,
      type: 'text/javascript',
      make: (source) =>
        `self.META_TITLE = ${JSON.stringify(titleOf(source))}\n` +
        `${imports(['/resources/testharness.js', ...metaOf(source, 'script'), file])}done()\n`,
    }
  const kind = suffix === 'sharedworker.html' ? 'SharedWorker' : 'Worker'
  const worker = base.endsWith('.worker') ? file : `${base}.worker.js`
  return {
    script: file,
    type: 'text/html',
    make: (source) =>
      suffix === 'html' && !base.endsWith('.worker')
        ? head(titleOf(source)) + [...metaOf(source, 'script'), file].map(script).join('')
        : `${head(titleOf(source))}<script>fetch_tests_from_worker(new ${kind}(${JSON.stringify(worker)}))</script>\n`,
  }
}
