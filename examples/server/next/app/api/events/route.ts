import { hub } from '../../../lib/hub.ts'

export const dynamic = 'force-dynamic'
export const runtime = 'nodejs'

export const GET = (request: Request): Promise<Response> => hub.fetch(request)
export const POST = (request: Request): Promise<Response> => hub.fetch(request)
