/*
 * The steps that Redis has to take at once. Each script is sent as a whole: Redis compiles it once, and a server that was
 * restarted does not know it by its hash. Its keys are meta, log and wake, all of one slot.
 *
 * meta   a hash: the epoch, which epoch it is (term, from 1), the last number (seq), the number that the epoch began behind (base), the
 *        replication id of the server, and the last batch of each process (sent:…), so that one that is sent twice is written once
 * log    a stream of entries
 * wake   a stream of one entry, which changes with the epoch: it wakes those that wait for the log
 *
 * All three are there as soon as there is a log, also an empty one. While a slot moves to another node of a cluster, Redis carries out
 * a command with several keys only if one of the two nodes has all of them. And a script that deletes a key cannot make it again.
 */

/**
 * ARGV: 1 an epoch to begin if it must be · 2–5 what this process knows: the epoch, its last number, the uid of that entry, the term.
 *
 * The epoch ends if Redis has lost entries that this process has seen: after a restart, or a failover to a replica that was behind.
 * Their numbers must not be given to others. Entries that Redis has deleted because they are old are no loss.
 *
 * Terms count epochs. If this process has seen a later one, Redis is back at an earlier state: the server that was the master before
 * answers again, or a replica that was far behind has taken over. Nobody must go on in that epoch, because clients have had its events.
 *
 * It also ends when a replica has taken over, though nothing may be lost: the old master may still give numbers to others, and those
 * that know what is missing may be gone. A replica that has taken over has a second replication id. One that may not run INFO has none.
 */
const CHECK = `
local function empty()
  redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
  if not redis.pcall('XSETID', KEYS[2], '0-1').err then return end
  redis.call('DEL', KEYS[2])
  redis.call('XADD', KEYS[2], '0-1', 'e', '')
  redis.call('XDEL', KEYS[2], '0-1')
end
local info = redis.pcall('INFO', 'replication')
local text = type(info) == 'string' and info or ''
local server = string.match(text, 'master_replid:(%w+)') or ''
local promoted = string.find(string.match(text, 'master_replid2:(%w+)') or '', '[^0]')
local function begin(epoch, seq, term)
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', seq, 'base', seq, 'term', term, 'server', server)
  redis.call('XADD', KEYS[3], 'MAXLEN', 1, '*', 'e', epoch)
  return epoch, seq, term
end
local function id(seq) return string.format('%.0f-0', seq) end
local function check()
  local meta = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'term', 'server')
  local last, term = tonumber(ARGV[3]), tonumber(ARGV[5])
  if not meta[1] then
    empty()
    return begin(ARGV[1], 0, term + 1)
  end
  local seq, there = tonumber(meta[2]), tonumber(meta[3] or 0)
  local lost = term > there or (term == there and meta[1] ~= ARGV[2])
  if meta[1] == ARGV[2] and last > 0 then
    lost = lost or seq < last
    if not lost and ARGV[4] ~= '' then
      local found = redis.call('XRANGE', KEYS[2], id(last), id(last))[1]
      lost = found and found[2][4] ~= ARGV[4]
    end
  end
  if meta[4] ~= server and server ~= '' then
    if promoted and meta[4] ~= '' then lost = true end
    if not lost then redis.call('HSET', KEYS[1], 'server', server) end
  end
  if not lost then return meta[1], seq, there end
  return begin(ARGV[1], seq, math.max(term, there) + 1)
end
`

/** @returns The epoch, its last number, the number that it began behind, the id of the first entry, '' for none, and the term. */
export const VERIFY: string = `${CHECK}
local epoch, seq, term = check()
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
return { epoch, seq, tonumber(redis.call('HGET', KEYS[1], 'base')), first and first[1] or '', term }
`

/**
 * ARGV: 6 the name of the process · 7 the name of the batch · 8 how many entries the stream keeps, '' for all · 9 for how many seconds
 * a batch is remembered at least · 10 the only epoch in which it may be written, '' for any · 11… two fields of each record.
 * @returns The epoch, and the number of the first record. '' if it is another epoch: nothing was written.
 */
export const APPEND: string = `${CHECK}
local epoch, seq = check()
local sent = 'sent:' .. ARGV[6]
local batch, its, number = string.match(redis.call('HGET', KEYS[1], sent) or '', '^(%S+) (%S+) (%d+)')
if batch == ARGV[7] then return { its, tonumber(number) } end
if ARGV[10] ~= '' and ARGV[10] ~= epoch then return { '', 0 } end
local first = seq + 1
for n = 11, #ARGV, 2 do
  seq = seq + 1
  redis.call('XADD', KEYS[2], id(seq), 'e', epoch, 'u', ARGV[7] .. '.' .. (n - 11) / 2, 'm', ARGV[n], 'd', ARGV[n + 1])
end
local now = redis.call('TIME')[1]
local news = string.format('%s %s %.0f %s', ARGV[7], epoch, first, now)
if redis.call('HSET', KEYS[1], 'seq', seq, sent, news) == 1 then
  -- A process that has just started: others have ended.
  local fields = redis.call('HGETALL', KEYS[1])
  for n = 1, #fields, 2 do
    local at = string.find(fields[n], '^sent:') and string.match(fields[n + 1], '%d+$')
    if at and now - at > tonumber(ARGV[9]) then redis.call('HDEL', KEYS[1], fields[n]) end
  end
end
if ARGV[8] ~= '' then redis.call('XTRIM', KEYS[2], 'MAXLEN', '~', ARGV[8]) end
return { epoch, first }
`

/** Begins an empty log. */
export const RESET: string = `${CHECK}
empty()
begin(ARGV[1], 0, math.max(tonumber(redis.call('HGET', KEYS[1], 'term') or 0), tonumber(ARGV[5])) + 1)
`

/*
 * The stream of payloads of one shard, which is the only key of these.
 */

/**
 * ARGV: 1 how many the stream keeps, '' for all · 2 the name of the batch · 3… the payloads.
 * @returns The id of each.
 */
export const PUT: string = `
local ids = {}
for n = 3, #ARGV do
  ids[n - 2] = redis.call('XADD', KEYS[1], '*', 'u', ARGV[2] .. '.' .. (n - 3), 'd', ARGV[n])
end
if ARGV[1] ~= '' then redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[1]) end
return ids
`

/**
 * Ids go by the clock of the node. After a loss, a clock that is behind gives them once more: the uid of the entry tells whose
 * payload it is.
 *
 * ARGV: the id and the uid of each.
 * @returns The payload of each, or nil.
 */
export const FETCH: string = `
local payloads = {}
for n = 1, #ARGV, 2 do
  local found = redis.call('XRANGE', KEYS[1], ARGV[n], ARGV[n])[1]
  payloads[(n + 1) / 2] = found and found[2][2] == ARGV[n + 1] and found[2][4] or false
end
return payloads
`

/** ARGV: 1 an age in milliseconds, by the clock that has given the ids. Older ones are deleted. */
export const FORGET: string = `
local time = redis.call('TIME')
local before = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-0', math.max(before, 0)))
`
