// For TypeScript. svelte-check reads the types from the file itself.
declare module '*.svelte' {
  import type { Component } from 'svelte'

  const component: Component<{ sse: import('headwater').SSEClient<{ notification: { text: string } }> }>
  export default component
}
