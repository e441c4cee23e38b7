import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Application, ReflectionKind } from 'typedoc'
import { mendAnchors } from './anchors.ts'
import { modulesOf } from './modules.ts'

/*
 * The API reference: one page for each entry point of the package, made by TypeDoc from the TSDoc in the sources.
 */

/** @returns how many pages were written */
export async function writeReference(root: string, out: string): Promise<number> {
  const modules = modulesOf(root)
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: [...modules.values()].map((file) => join(root, file)),
    tsconfig: join(root, 'tsconfig.json'),
    // `npm run types` checks the sources, with a newer TypeScript than TypeDoc has.
    skipErrorChecking: true,
    excludeInternal: true,
    disableSources: true,
    disableGit: true,
    readme: 'none',
    validation: false,
    logLevel: 'Error',
    router: 'module',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    entryFileName: 'index',
    excludeExternals: true,
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    parametersFormat: 'table',
    pageTitleTemplates: { module: ({ name }: { name: string }) => name, index: () => 'API reference' },
  } as Parameters<typeof Application.bootstrapWithPlugins>[0])
  const project = await app.convert()
  if (!project) throw new Error('TypeDoc could not read the sources')
  const names = new Map([...modules].map(([name, file]) => [file.replace(/(\/index)?\.ts$/, ''), name]))
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    const name = names.get(module.name)
    if (name === undefined) throw new Error(`tsconfig.json has no name for the entry point ${module.name}`)
    module.name = name
  }
  await app.outputs.writeOutput({ name: 'markdown', path: out }, project)
  const files = globSync('**/*.md', { cwd: out })
  const texts = files.map((file) => [file.split(sep).join('/'), readFileSync(join(out, file), 'utf8')] as const)
  for (const [file, text] of mendAnchors(new Map(texts))) writeFileSync(join(out, file), text)
  return modules.size
}
