/*
 * The steps that Redis has to take at once. Each script is sent as a whole: Redis compiles it once, and a server that was
 * restarted does not know it by its hash. Its keys are meta, log, wake and sent, all of one slot.
 *
 * meta   a hash: the epoch, the last number (seq), and the number that the epoch began behind (base)
 * log    a stream of entries
 * wake   a stream of one entry, which changes with the epoch: it wakes those that wait for the log
 * sent   the last batch of one process, so that one that is sent twice is written once
 */

/**
 * ARGV: 1 an epoch to begin if it must be · 2–4 what this process knows: the epoch, its last number, the uid of that entry.
 *
 * The epoch ends if Redis has lost entries that this process has seen: after a restart, or a failover to a replica that was behind.
 * Their numbers must not be given to others. Entries that Redis has deleted because they are old are no loss.
 */
const CHECK = `
local function begin(epoch, seq)
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', seq, 'base', seq)
  redis.call('XADD', KEYS[3], 'MAXLEN', 1, '*', 'e', epoch)
end
local function id(seq) return string.format('%.0f-0', seq) end
local function check()
  local meta = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
  if not meta[1] then
    redis.call('DEL', KEYS[2])
    begin(ARGV[1], 0)
    return ARGV[1], 0
  end
  local seq, last = tonumber(meta[2]), tonumber(ARGV[3])
  if meta[1] ~= ARGV[2] or last == 0 then return meta[1], seq end
  local lost = seq < last
  if not lost and ARGV[4] ~= '' then
    local found = redis.call('XRANGE', KEYS[2], id(last), id(last))[1]
    lost = found and found[2][4] ~= ARGV[4]
  end
  if not lost then return meta[1], seq end
  begin(ARGV[1], seq)
  return ARGV[1], seq
end
`

/** @returns The epoch, its last number, the number that it began behind, and the id of the first entry, '' for none. */
export const VERIFY: string = `${CHECK}
local epoch, seq = check()
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
return { epoch, seq, tonumber(redis.call('HGET', KEYS[1], 'base')), first and first[1] or '' }
`

/**
 * ARGV: 5 the name of the batch · 6 how many entries the stream keeps, '' for all · 7 for how long the batch is remembered, in
 * milliseconds · 8… two fields of each record.
 * @returns The epoch, and the number of the first record.
 */
export const APPEND: string = `${CHECK}
local epoch, seq = check()
local done = redis.call('HMGET', KEYS[4], 'batch', 'epoch', 'first')
if done[1] == ARGV[5] then return { done[2], tonumber(done[3]) } end
local first = seq + 1
for n = 8, #ARGV, 2 do
  seq = seq + 1
  redis.call('XADD', KEYS[2], id(seq), 'e', epoch, 'u', ARGV[5] .. '.' .. (n - 8) / 2, 'm', ARGV[n], 'd', ARGV[n + 1])
end
redis.call('HSET', KEYS[1], 'seq', seq)
redis.call('HSET', KEYS[4], 'batch', ARGV[5], 'epoch', epoch, 'first', first)
redis.call('PEXPIRE', KEYS[4], ARGV[7])
if ARGV[6] ~= '' then redis.call('XTRIM', KEYS[2], 'MAXLEN', '~', ARGV[6]) end
return { epoch, first }
`

/** Begins an empty log. */
export const RESET: string = `${CHECK}
redis.call('DEL', KEYS[2])
begin(ARGV[1], 0)
`
