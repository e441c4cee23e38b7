import { auth, hub } from '../../../lib/hub.ts'

export const dynamic = 'force-dynamic'
export const runtime = 'nodejs'

async function serve(request: Request): Promise<Response> {
  const session = await auth(request)
  return hub.fetch(request, { principal: session && { userId: session.user.id } })
}

export { serve as GET, serve as POST }
