import { createHash } from 'node:crypto'

/** A step that Redis does as one. Each answers the same when it is sent again, since an answer can be lost with its connection. */
export interface Script {
  lua: string
  sha: string
}

const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })

const NOW = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`

// A lane with nothing to do is forgotten in the end, else names that never come again would stay.
const REST = `
local function rest(log, ms, ...)
  local idle = redis.call('EXISTS', log) == 0
  for _, key in ipairs({...}) do
    if idle then redis.call('PEXPIRE', key, ms) else redis.call('PERSIST', key) end
  end
end`

/** KEYS meta order log open behind; ARGV lane sequence weight entry bound rest. Answers appended, known, or the weight ahead of the cursor when it is full. */
export const APPEND = script(`${REST}
local meta, order, log, open, behind = unpack(KEYS)
local lane, sequence, weight, entry, bound, ms = unpack(ARGV)
local cursor = redis.call('HGET', meta, 'cursor')
if cursor and tonumber(sequence) <= tonumber(cursor) then return 'known' end
if redis.call('ZCOUNT', order, sequence, sequence) > 0 then return 'known' end
local ahead = tonumber(redis.call('HGET', meta, 'weight') or 0)
if ahead > 0 and ahead + weight > tonumber(bound) then return ahead end
redis.call('ZADD', order, sequence, sequence .. ':' .. weight)
redis.call('HSET', log, sequence, entry)
redis.call('HINCRBY', meta, 'weight', weight)
redis.call('ZADD', behind, 0, lane)
rest(log, ms, meta, open)
return 'appended'`)

/** KEYS order log; ARGV after most. Answers sequence, entry, sequence, entry … */
export const READ = script(`
local order, log = unpack(KEYS)
local found = {}
for i, member in ipairs(redis.call('ZRANGEBYSCORE', order, '(' .. ARGV[1], '+inf', 'LIMIT', 0, ARGV[2])) do
  local sequence = member:match('^[^:]+')
  found[2 * i - 1] = sequence
  found[2 * i] = redis.call('HGET', log, sequence)
end
return found`)

/** KEYS meta open log; ARGV holder ms rest. Answers the fence, or nothing while another hold lasts. */
export const LEASE = script(`${NOW}${REST}
local meta, open, log = unpack(KEYS)
local holder, ms = ARGV[1], ARGV[2]
local fence, until_, last = unpack(redis.call('HMGET', meta, 'fence', 'until', 'holder'))
local time = now()
if until_ and tonumber(until_) > time then return last == holder and tonumber(fence) or false end
fence = redis.call('HINCRBY', meta, 'fence', 1)
redis.call('HSET', meta, 'holder', holder, 'until', string.format('%.0f', time + ms))
rest(log, ARGV[3], meta, open)
return fence`)

const NEWEST = `
local function newest(meta, fence, holder)
  local found = redis.call('HMGET', meta, 'fence', 'holder', 'until')
  return found[1] == fence and found[2] == holder, found[3]
end`

/** KEYS meta; ARGV fence holder ms. Answers 1 when the lease goes on. */
export const RENEW = script(`${NOW}${NEWEST}
local held, until_ = newest(KEYS[1], ARGV[1], ARGV[2])
if not held or until_ == '0' then return 0 end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now() + ARGV[3]))
return 1`)

/** KEYS meta; ARGV fence holder. */
export const RELEASE = script(`${NEWEST}
if newest(KEYS[1], ARGV[1], ARGV[2]) then redis.call('HSET', KEYS[1], 'until', '0') end
return 1`)

/** KEYS meta open. Answers the cursor (or nothing), then name, checkpoint, name, checkpoint … */
export const LOAD = script(`
return {redis.call('HGET', KEYS[1], 'cursor'), redis.call('HGETALL', KEYS[2])}`)

/** KEYS meta order log open behind; ARGV lane fence holder cursor rest, the number of checkpoints stored, name and bytes of each, names of those removed. Answers 0 when fenced off. */
export const COMMIT = script(`${NEWEST}${REST}
local meta, order, log, open, behind = unpack(KEYS)
local lane, fence, holder, cursor, ms, stored = unpack(ARGV, 1, 6)
if not newest(meta, fence, holder) then return 0 end
local weight = 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', order, '-inf', cursor)) do
  local sequence, weighs = member:match('^([^:]+):(.+)$')
  redis.call('HDEL', log, sequence)
  weight = weight + weighs
end
redis.call('ZREMRANGEBYSCORE', order, '-inf', cursor)
redis.call('HSET', meta, 'cursor', cursor)
redis.call('HINCRBY', meta, 'weight', string.format('%.0f', 0 - weight))
local i = 7
for _ = 1, stored do
  redis.call('HSET', open, ARGV[i], ARGV[i + 1])
  i = i + 2
end
for j = i, #ARGV do redis.call('HDEL', open, ARGV[j]) end
if redis.call('EXISTS', log) == 0 then redis.call('ZREM', behind, lane) end
rest(log, ms, meta, open)
return 1`)

// A value is kept behind 8 bytes: when it ends, ms since 1970, 0 for never.
const VALUES = `${NOW}
local function living(kept, time)
  if not kept then return false end
  local until_ = struct.unpack('>d', kept)
  return (until_ == 0 or until_ > time) and kept:sub(9)
end
local function drop(values, groups, group, key)
  redis.call('HDEL', values, key)
  if redis.call('EXISTS', values) == 0 then redis.call('SREM', groups, group) end
end`

// The hash lives as long as the value in it that ends last. What ends before is found by chance, a little with each value that comes:
// three looked at for one that is added keep what has ended below a third of all.
const STORE = `${VALUES}
local function store(values, groups, group, key, value, ms, time)
  local there, left = redis.call('EXISTS', values) == 1, redis.call('PTTL', values)
  redis.call('HSET', values, key, struct.pack('>d', ms == '' and 0 or time + ms) .. value)
  redis.call('SADD', groups, group)
  if ms == '' then redis.call('PERSIST', values)
  elseif not there or (left >= 0 and left < tonumber(ms)) then redis.call('PEXPIRE', values, ms) end
  local some = redis.call('HRANDFIELD', values, -3, 'WITHVALUES')
  for i = 1, #some, 2 do
    if not living(some[i + 1], time) then drop(values, groups, group, some[i]) end
  end
end`

/** KEYS values groups; ARGV group key value ms ('' for ever). */
export const SET = script(`${STORE}
store(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4], now())
return 1`)

/** The same; answers what is there afterwards. */
export const CLAIM = script(`${STORE}
local time = now()
local there = living(redis.call('HGET', KEYS[1], ARGV[2]), time)
if there then return there end
store(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4], time)
return ARGV[3]`)

/** KEYS values; ARGV key. */
export const GET = script(`${VALUES}
return living(redis.call('HGET', KEYS[1], ARGV[1]), now())`)

/** KEYS values groups; ARGV group key. */
export const DELETE = script(`${VALUES}
drop(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
return 1`)

/** KEYS values groups; ARGV group prefix. Answers key, value, key, value …; removes what has ended. */
export const LIST = script(`${VALUES}
local values, groups = unpack(KEYS)
local group, prefix = unpack(ARGV)
local time, found, ended = now(), {}, {}
local all = redis.call('HGETALL', values)
for i = 1, #all, 2 do
  local value = living(all[i + 1], time)
  if not value then ended[#ended + 1] = all[i]
  elseif all[i]:sub(1, #prefix) == prefix then
    found[#found + 1] = all[i]
    found[#found + 1] = value
  end
end
for _, key in ipairs(ended) do drop(values, groups, group, key) end
if #all == 0 then redis.call('SREM', groups, group) end
return found`)
