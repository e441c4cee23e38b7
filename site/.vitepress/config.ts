import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { defineConfig } from 'vitepress'
import { anchorOf } from '../anchors.ts'
import { siteLink, withFiles } from '../links.ts'
import { modulesOf } from '../modules.ts'
import { addressOf } from '../pages.ts'
import { searchBox } from '../search.ts'
import { sidebarOf } from '../sidebar.ts'

const root = join(import.meta.dirname, '../..')
const { description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly description: string }

const api = [...modulesOf(root).keys()].map((name) => ({ text: name, link: `/api/${name}` }))
const sidebar = [
  ...sidebarOf(readFileSync(join(root, 'docs/README.md'), 'utf8')),
  { text: 'API reference', link: '/api/', collapsed: true, items: api },
]

export default defineConfig({
  title: 'headwater',
  description,
  lang: 'en',
  srcDir: '..',
  // Every file that is no page: `addressOf` names the pages.
  srcExclude: [
    '.*/**',
    '{adapters,cli,codegen,demo,scripts,server,src,test,testing,test-results}/**',
    '{bench,examples}/*/**',
    'site/{public,.vitepress}/**',
  ],
  rewrites: (file) => addressOf(file) ?? file,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }]],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchorOf },
    languageAlias: { caddyfile: 'sh', haproxy: 'nginx' },
    config(md) {
      // A table without headings has cells without a text there, which is no heading to a screen reader.
      md.core.ruler.push('empty headings of tables', ({ tokens }) => {
        for (const [n, token] of tokens.entries()) {
          if (token.type !== 'th_open' || tokens[n + 1]?.content !== '') continue
          for (const part of [token, tokens[n + 2]]) if (part) part.tag = 'td'
        }
      })
      md.core.ruler.push('pictures in HTML', ({ tokens }) => {
        for (const token of tokens.flatMap((token) => [token, ...(token.children ?? [])]))
          if (/^html_/.test(token.type)) token.content = withFiles(token.content)
      })
      md.core.ruler.push('links between documents', ({ tokens, env }) => {
        const path: string | undefined = env.realPath ?? env.path
        if (path === undefined) return // the title of a page, alone
        const file = relative(root, path)
        for (const { children } of tokens)
          for (const token of children ?? []) {
            const href = token.type === 'link_open' && token.attrGet('href')
            if (href) token.attrSet('href', siteLink(root, file, href))
            // A badge comes from another site, and this one loads nothing from elsewhere. Its text says the same.
            if (token.type === 'image' && /^https?:/.test(token.attrGet('src') ?? '')) {
              token.type = 'html_inline'
              token.content = `<span class="badge">${md.utils.escapeHtml(token.content)}</span>`
            }
          }
      })
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: [
      { text: 'Start', link: '/overview' },
      { text: 'Guides', link: '/contents' },
      { text: 'API', link: '/api/' },
      { text: 'Changelog', link: '/changelog' },
    ],
    sidebar,
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        // Without a label of its own the button is called what it shows, keys included.
        translations: { button: { buttonAriaLabel: '' } },
        miniSearch: {
          searchOptions: {
            // Guides come before methods, examples and old changes: "reconnect" is a word of them all.
            boostDocument: (id) => (/^\/(api\/|examples|changelog|LICENSE)/.test(id) ? 0.3 : 1),
            // A short word with a mistake is another word: "Bun" would find "but" and "run".
            fuzzy: (word) => (word.length > 4 ? 0.2 : false),
          },
        },
      },
    },
  },
  vite: {
    configFile: false,
    publicDir: join(root, 'site/public'),
    plugins: [searchBox],
    // The root has pages of the demo and of tests too. Vite would look for dependencies in all of them.
    optimizeDeps: { entries: [] },
  },
})
