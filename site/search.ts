/*
 * The search dialog of VitePress, as a screen reader needs it. The theme has no option for its markup. The dialog is a button there,
 * and each result is an option with a link inside. Here it is a dialog with a combobox, and each link is an option.
 */

const FILE = 'VPLocalSearchBox.vue'

/** Parts of the markup, each with its replacement. */
const CHANGES: readonly (readonly [old: string, changed: string])[] = [
  [
    `role="button"
      :aria-owns="results?.length ? 'localsearch-list' : undefined"
      aria-expanded="true"
      aria-haspopup="listbox"
      aria-labelledby="localsearch-label"`,
    'role="dialog" aria-modal="true" :aria-label="buttonText"',
  ],
  ['aria-autocomplete="both"', 'aria-autocomplete="list" role="combobox" :aria-expanded="results?.length > 0"'],
  [
    `:id="'localsearch-item-' + index"
            :aria-selected="selectedIndex === index ? 'true' : 'false'"
            role="option"`,
    'role="none"',
  ],
  [
    `:aria-label="[...p.titles, p.title].join(' > ')"`,
    `:id="'localsearch-item-' + index" role="option" :aria-selected="selectedIndex === index"`,
  ],
  ['<span class="title-icon">', '<span class="title-icon" aria-hidden="true">'],
  // A key that is a picture.
  ['<kbd :aria-label', '<kbd role="img" :aria-label'],
]

/** @param source - The component of the theme. If a newer VitePress has another one, this throws. */
export const mendSearchBox = (source: string): string =>
  CHANGES.reduce((text, [old, changed]) => {
    if (!text.includes(old)) throw new Error(`${FILE} of VitePress has changed: it lacks ${old}`)
    return text.replaceAll(old, () => changed)
  }, source)

/** For Vite. */
export const searchBox = {
  name: 'search box',
  enforce: 'pre' as const,
  transform: (code: string, id: string): string | undefined => (id.endsWith(FILE) ? mendSearchBox(code) : undefined),
}
