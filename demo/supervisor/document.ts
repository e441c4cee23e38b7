import { join } from 'node:path'
import { marked } from 'marked'
import { anchorsOf } from '../../site/anchors.ts'

/*
 * Pages for readers: a document in Markdown, and the list of a folder's files. Their texts are our own, so nothing in them is escaped
 * beyond what Markdown asks for.
 */

/** A document in Markdown as a page. Its headings have the anchors that GitHub gives them. */
export function documentPage(name: string, markdown: string): string {
  const anchors = anchorsOf(markdown).values()
  const html = marked.parse(markdown, { async: false })
  const linked = html.replace(/<h[1-6](?=>)/g, (heading) => `${heading} id="${anchors.next().value}"`)
  return page(name, `<main class="document">${linked}</main>`)
}

/** A folder as a page, with a link to each file. */
export function folderPage(parts: readonly string[], names: readonly string[]): string {
  const path = join('/', ...parts)
  const entries = parts.length > 0 ? ['../', ...names] : names
  const items = entries.map((name) => `<li><a href="${name}">${name}</a></li>`).join('')
  return page(path, `<main class="document listing"><h1>${path}</h1><ul>${items}</ul></main>`)
}

const page = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>headwater: ${title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
<link rel="stylesheet" href="/document.css">
</head>
<body>
<header>
<p class="home"><a href="/">headwater demo</a></p>
<nav aria-label="About headwater"><a href="/source/README.md">README</a><a href="/source/docs/README.md">Docs</a><a href="/source/">Source</a></nav>
</header>
${main}
</body>
</html>`
