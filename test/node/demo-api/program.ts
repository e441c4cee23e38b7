/*
 * Stands in for the demo's API server. What each process in turn does is listed in the secret, which it gets anyway.
 */

const [, port, number] = process.argv.slice(2)
const does = process.env['HEADWATER_DEMO_SECRET']?.split(' ')[Number(number) - 1]

if (does === 'fails') process.exit(1)
process.on('message', (message) => {
  if (message === 'drain' || does === 'vanishes') process.exit()
  process.send?.('handed over')
})
process.on('disconnect', () => process.exit())
process.send?.(Number(port) || 40_000 + Number(number))
