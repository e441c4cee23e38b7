import { composeStories } from '@storybook/react'
import * as stories from '../../examples/testing/storybook/orders.stories.tsx'
import preview from '../../examples/testing/storybook/preview.ts'

/*
 * The stories of docs/testing/network.md without Storybook around them: with its loaders, decorators and play functions.
 */

const composed = composeStories(stories, preview)

/** Shows a story in place of the one before, and resolves when its play function is done. */
const show = (name: keyof typeof composed): Promise<void> =>
  composed[name].run({ canvasElement: document.querySelector('main') ?? document.body })

declare global {
  interface Window {
    readonly show: typeof show
  }
}

Object.assign(window, { show })
