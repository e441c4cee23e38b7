import type { Verdict } from '../../conformance/case.ts'
import { GROUPS } from '../../conformance/cases.ts'
import type { ClientName } from '../../conformance/names.ts'
import { inCell } from '../../conformance/table.ts'
import type { EngineName } from '../../engines/engine.ts'

/*
 * The cases of the standard in each engine (`test/conformance/`), for the clients that depend on it.
 */

export const CLIENTS = ['headwater', 'eventsource-class', 'native'] as const satisfies readonly ClientName[]
type Client = (typeof CLIENTS)[number]

const TITLES: Readonly<Record<Client, string>> = {
  headwater: '`createSSE()`',
  'eventsource-class': '`EventSource` of `headwater/eventsource`',
  native: '`EventSource` of the engine',
}

export const CASES = Object.entries(GROUPS).flatMap(([group, cases]) => (group.startsWith('The standard') ? cases : []))

/** What an engine does to every client, so that no client can pass. The notes of the section give the reasons. */
const KNOWN: Readonly<Partial<Record<EngineName, readonly string[]>>> = {
  webkit: ['sends an id outside ASCII as UTF-8', 'sends an id outside Latin-1 as UTF-8'],
}

/** What was seen in one engine. */
export interface Conformity {
  readonly name: EngineName
  readonly title: string
  readonly verdicts: Readonly<Partial<Record<Client, Readonly<Record<string, Verdict>>>>>
}

/** The cases that one of ours does not pass, though nothing is known that would forbid it. */
export const unknownFaults = ({ name, title, verdicts }: Conformity): string[] =>
  (['headwater', 'eventsource-class'] as const).flatMap((client) =>
    CASES.filter((each) => !verdicts[client]?.[each.title]?.passed && !KNOWN[name]?.includes(each.title)).map(
      (each) => `${title}: ${client}: ${each.title}: ${verdicts[client]?.[each.title]?.text ?? 'not run'}`,
    ),
  )

/** For each client how many cases it passes, and below it those that it does not pass everywhere. */
export function conformityRows(all: readonly Conformity[]): string[][] {
  return CLIENTS.flatMap((client) => {
    const passed = all.map(({ verdicts }) => CASES.filter(({ title }) => verdicts[client]?.[title]?.passed).length)
    const failing = CASES.filter(({ title }) => all.some(({ verdicts }) => !verdicts[client]?.[title]?.passed))
    return [
      [`**${TITLES[client]}**`, ...passed.map((count) => `**${count} of ${CASES.length}**`)],
      ...failing.map(({ title }) => [
        title,
        ...all.map(({ verdicts }) => inCell(verdicts[client]?.[title]?.text ?? 'not run')),
      ]),
    ]
  })
}
