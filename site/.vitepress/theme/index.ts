import { withBase } from 'vitepress'
// Without the web font: the site loads nothing from elsewhere, and the reader's system has a font.
import theme from 'vitepress/theme-without-fonts'
import { h, type VNode } from 'vue'
import './style.css'

/** For an address without a page. The theme's own page has no landmark. */
const notFound = (): VNode =>
  h('main', { class: 'vp-doc not-found' }, [
    h('h1', 'There is no such page'),
    h('p', [
      'It may have another address now. The search and ',
      h('a', { href: withBase('/contents.html') }, 'the table of contents'),
      ' lead to every page.',
    ]),
  ])

export default { extends: theme, Layout: () => h(theme.Layout, null, { 'not-found': notFound }) }
