import { byId, setText } from './dom.ts'

/** For how long the button says what it did, in milliseconds. */
const SAID = 2000

/** The button that copies the line with which one installs headwater. */
export function showInstall(): void {
  const button = byId('copy-install', HTMLButtonElement)
  const line = byId('install-line', HTMLElement)
  let timer: ReturnType<typeof setTimeout> | undefined

  const status = byId('copied', HTMLElement)

  function say(text: string): void {
    setText(button, text)
    setText(status, text)
    clearTimeout(timer)
    timer = setTimeout(() => setText(button, 'Copy'), SAID)
  }

  button.addEventListener('click', () => {
    navigator.clipboard.writeText(line.textContent).then(
      () => say('Copied'),
      () => {
        // The browser does not allow it. The line is selected, so that the keyboard can copy it.
        getSelection()?.selectAllChildren(line)
        say('Press Ctrl+C')
      },
    )
  })
}
