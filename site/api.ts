import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { Application, ReflectionKind } from 'typedoc'
import { anchorsOf } from './anchors.ts'
import { modulesOf } from './modules.ts'

/*
 * The API reference: one page for each entry point of the package, made by TypeDoc from the TSDoc in the sources.
 */

/** TypeDoc gives some links the anchor of a second heading where there is only one. */
function mendAnchors(out: string): void {
  const texts = new Map(globSync('**/*.md', { cwd: out }).map((file) => [file, readFileSync(join(out, file), 'utf8')]))
  for (const [file, text] of texts) {
    const mended = text.replace(/\]\(([^)#\s]*)#([^)\s]+)-1\)/g, (link, path: string, name: string) => {
      const target = texts.get(path ? posix.join(posix.dirname(file), path) : file) ?? ''
      return anchorsOf(target).has(`${name}-1`) ? link : `](${path}#${name})`
    })
    writeFileSync(join(out, file), mended)
  }
}

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
  mendAnchors(out)
  return modules.size
}
