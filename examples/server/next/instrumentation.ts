/** Next calls this once, when the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { hub } = await import('./lib/hub.ts')
    process.once('SIGTERM', () => hub.close({ drain: 5000 }))
  }
}
