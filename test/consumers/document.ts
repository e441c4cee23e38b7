import { table } from '../prove/document.ts'
import type { Consumer, Group, Result } from './consumer.ts'

/*
 * docs/compatibility.md, made of the table of consumers and of what was seen of each.
 */

const HEAD = `# Compatibility

This page lists the projects that headwater was installed into.
\`npm run consumers -- --write\` packs the package, installs it into small projects, builds and drives each of them, and writes this page. Do not edit it by hand.
The projects are in \`test/consumers/fixtures/\` of the repository.`

/** What was done, for each part. A sentence is a line of its own. */
const GROUPS: Readonly<Record<Group, readonly [title: string, text: string]>> = {
  pages: [
    'Bundlers and frameworks',
    `Each project was built for production and served to Chromium under a content security policy without \`unsafe-\` sources.
The policy allows inline scripts of a framework by their hash.
The page heard three events, and its connection was destroyed.
Two events were published meanwhile, and one more after the page had reconnected.
A project passes if the page shows each of the six events once and in order, if the second request has the cursor, and if the console has no error.
One error is allowed: the policy refuses the style attributes that SvelteKit sets.

Where the title names a server, the project runs it: it renders the page for each request, and its own routes answer with \`hub.fetch(request)\`.
Rendering on the server must open no connection.
React and Vue write an error to the console if the page that was rendered does not match, so these projects fail then.`,
  ],
  programs: [
    'Runtimes and test runners',
    `A program hears the same stream with the same break.
It also loads every import that needs no framework.`,
  ],
  peers: [
    'Beside other versions of its peers',
    `All peers are optional and in any version, so npm never refuses the installation.
An adapter that needs a newer version says so when it is imported.`,
  ],
  installers: [
    'Package managers',
    `A project passes if the installation has no error, and if every import that needs no framework loads by \`import\` and by \`require\`.`,
  ],
  typescript: [
    'TypeScript',
    `The declarations are checked in projects with \`strict\`: with \`moduleResolution: node16\` and without the DOM library, and with \`bundler\`.
Both have \`skipLibCheck: false\`.
A third project has the hooks and composables.`,
  ],
}

const versionsOf = ({ versions }: Result): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')

/** A cell has one line, and no end of it. */
const short = (failure: string): string => failure.replace(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 200)

function rowOf({ title }: Consumer, result: Result | undefined): readonly string[] {
  if (!result) return [title, '', 'not run', '']
  return [
    title,
    versionsOf(result),
    result.failure === undefined ? 'passed' : `failed: ${short(result.failure)}`,
    result.date,
  ]
}

/** @param results - By the name of the consumer. */
export function toDocument(consumers: readonly Consumer[], results: Readonly<Record<string, Result>>): string {
  const parts = Object.entries(GROUPS).map(([group, [title, text]]) => {
    const rows = consumers
      .filter((consumer) => consumer.group === group)
      .map((consumer) => rowOf(consumer, results[consumer.name]))
    return `## ${title}\n\n${text}\n\n${table(['project', 'versions', 'result', 'date'], rows)}`
  })
  return `${[HEAD, ...parts].join('\n\n')}\n`
}
