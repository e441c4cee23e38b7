import { globSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

/*
 * The pages that show a file or a folder of the repository, because a document links to it.
 */

/** The names that Shiki has for the languages whose files have another ending. */
const LANGUAGES: Readonly<Record<string, string>> = { mjs: 'js', cjs: 'js' }

function codeOf(root: string, file: string): string {
  const ending = extname(file).slice(1)
  return `\`\`\`\`${LANGUAGES[ending] ?? (ending || 'txt')}\n${readFileSync(join(root, file), 'utf8').trimEnd()}\n\`\`\`\`\n`
}

/** The files of a folder that somebody would read. */
const sourcesOf = (root: string, folder: string): string[] =>
  globSync(`${folder}/**/*.{ts,tsx,js,mjs,cjs,html,vue,svelte,json,yaml,rs}`, { cwd: root })
    .map((file) => file.split(sep).join('/'))
    .sort()

/** @param target - A path from the root. */
export function showing(root: string, target: string): string {
  const title = `# ${target}\n\n`
  if (!statSync(join(root, target)).isDirectory()) return title + codeOf(root, target)
  return (
    title +
    sourcesOf(root, target)
      .map((file) => `## ${file.slice(target.length + 1)}\n\n${codeOf(root, file)}`)
      .join('\n')
  )
}
