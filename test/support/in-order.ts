import { readFileSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long, the longest first, as the ends of their paths. One that began last would run alone. Where no times of an
 * earlier run are known, vitest begins with the largest files, and some of these are small.
 */
const LONG = [
  'e2e/tabs.test.ts',
  'e2e/demo-tabs.test.ts',
  'e2e/demo.test.ts',
  'e2e/playwright.test.ts',
  'e2e/admin.test.ts',
  'e2e/msw.test.ts',
  'e2e/page-life.test.ts',
  'e2e/tabs-webkit.test.ts',
  'e2e/demo-processes.test.ts',
  'e2e/csp.test.ts',
  'e2e/conformance.test.ts',
  'node/tabs-simulation.test.ts',
  'node/file-log.test.ts',
  'node/declarations.test.ts',
  'node/dist.test.ts',
  'node/redis-scale.test.ts',
  'node/attack.test.ts',
  'node/compression.test.ts',
]

function rank({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((end) => moduleId.endsWith(`/test/${end}`))
  return place < 0 ? LONG.length : place
}

/** The environment that a file asks for in its first line. */
const environmentOf = ({ moduleId }: TestSpecification): string =>
  /^\/\/ @vitest-environment (\S+)/.exec(readFileSync(moduleId, 'utf8'))?.[1] ?? ''

/**
 * Begins with what takes long, and runs the files of one project and one environment after another. A worker serves one
 * environment: where they alternate, vitest ends it and starts another one, with all its imports, for every change.
 */
export class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groups = new Map<string, TestSpecification[]>()
    const sorted = await super.sort(files)
    for (const file of sorted.sort((a, b) => rank(a) - rank(b))) {
      const key = `${file.project.name} ${environmentOf(file)}`
      groups.set(key, [...(groups.get(key) ?? []), file])
    }
    return [...groups.values()].flat()
  }
}
