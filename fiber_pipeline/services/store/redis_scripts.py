"""What the Redis store does in one step, as Lua that the server runs whole.

Redis runs a script without anything in between, which makes checking a budget and reserving one step. A script may
reach the server twice where the connection breaks before its answer, and then does nothing the second time.

Keys, each after the store's prefix:

    meta                hash    version and seal
    labels              hash    label → provider, operation, model, prompt version as JSON; a label is their digest
    hits, misses, bytes hash    label → count
    answer:DIGEST       string  label (16), stored_at (4), text digest (16), sealed body
    stored:LABEL        zset    digest → when it was stored
    used                zset    digest → when it was last used
    text:DIGEST         set     digests of the answers about a text
    calls, settled      hash    call → intent, settlement; as JSON
    calls_by_time       zset    call → microseconds
    spend               hash    ACCOUNT:settled, ACCOUNT:open → nanodollars
"""

LABEL_BYTES, STORED_BYTES, TEXT_BYTES = 16, 4, 16
HEADER_BYTES = LABEL_BYTES + STORED_BYTES + TEXT_BYTES

ENTRY_BYTES = 660
"""What an answer takes beside its body, in four keys and entries: what 100,000 of them add to Redis' used memory."""

_DROP = f"""
local function drop(prefix, digest)
    local name = prefix .. 'answer:' .. digest
    local header = redis.call('GETRANGE', name, 0, {HEADER_BYTES - 1})
    if header == '' then return 0 end
    local label = string.sub(header, 1, {LABEL_BYTES})
    local size = redis.call('STRLEN', name) - {HEADER_BYTES} + {ENTRY_BYTES}
    redis.call('DEL', name)
    redis.call('SREM', prefix .. 'text:' .. string.sub(header, {LABEL_BYTES + STORED_BYTES + 1}), digest)
    redis.call('ZREM', prefix .. 'stored:' .. label, digest)
    redis.call('ZREM', prefix .. 'used', digest)
    redis.call('HINCRBY', prefix .. 'bytes', label, -size)
    return 1
end
"""

OPEN = """
-- prefix, then fields and values of a new store; returns the meta of the store there is
local meta = ARGV[1] .. 'meta'
if redis.call('EXISTS', meta) == 0 then redis.call('HSET', meta, unpack(ARGV, 2)) end
return redis.call('HGETALL', meta)
"""

INTEND = """
-- prefix, call, intent, microseconds, label, names, reserved, number of limits, (account, limit)…, account…
-- returns nothing, or account, limit and what is spent where a limit would be passed
local prefix, call, reserved = ARGV[1], ARGV[2], tonumber(ARGV[7])
local known = redis.call('HGET', prefix .. 'calls', call)
if known == ARGV[3] then return {} end
if known then return redis.error_reply('call ' .. call .. ' was intended already') end
local after = 9 + 2 * tonumber(ARGV[8])
for place = 9, after - 1, 2 do
    local account, limit = ARGV[place], tonumber(ARGV[place + 1])
    local spent = tonumber(redis.call('HGET', prefix .. 'spend', account .. ':settled') or 0)
        + tonumber(redis.call('HGET', prefix .. 'spend', account .. ':open') or 0)
    if spent + reserved > limit then return {account, ARGV[place + 1], string.format('%.0f', spent)} end
end
redis.call('HSET', prefix .. 'calls', call, ARGV[3])
redis.call('ZADD', prefix .. 'calls_by_time', ARGV[4], call)
redis.call('HSETNX', prefix .. 'labels', ARGV[5], ARGV[6])
for place = after, #ARGV do redis.call('HINCRBY', prefix .. 'spend', ARGV[place] .. ':open', ARGV[7]) end
return {}
"""

NOTE = """
-- prefix, call, intent, microseconds, label, names, settlement, answers
local prefix, call = ARGV[1], ARGV[2]
if redis.call('HSETNX', prefix .. 'calls', call, ARGV[3]) == 0 then
    if redis.call('HGET', prefix .. 'calls', call) == ARGV[3] then return 0 end
    return redis.error_reply('call ' .. call .. ' was intended already')
end
redis.call('HSET', prefix .. 'settled', call, ARGV[7])
redis.call('ZADD', prefix .. 'calls_by_time', ARGV[4], call)
redis.call('HSETNX', prefix .. 'labels', ARGV[5], ARGV[6])
redis.call('HINCRBY', prefix .. 'hits', ARGV[5], ARGV[8])
return 1
"""

SETTLE = (
    _DROP
    + f"""
-- prefix, call, settlement, cost, now, (digest, text digest, stored_at as 4 bytes, body)…
local prefix, call = ARGV[1], ARGV[2]
local intent = redis.call('HGET', prefix .. 'calls', call)
if not intent then return redis.error_reply('call ' .. call .. ' was never intended') end
local before = redis.call('HGET', prefix .. 'settled', call)
if before == ARGV[3] then return 0 end
if before then return redis.error_reply('call ' .. call .. ' is settled already') end
intent = cjson.decode(intent)
redis.call('HSET', prefix .. 'settled', call, ARGV[3])
for _, account in ipairs(intent.accounts) do
    redis.call('HINCRBY', prefix .. 'spend', account .. ':settled', ARGV[4])
    redis.call('HINCRBY', prefix .. 'spend', account .. ':open', string.format('%.0f', 0 - intent.reserved))
end
local kept = 0
for place = 6, #ARGV, 4 do
    local digest, text, stored, body = ARGV[place], ARGV[place + 1], ARGV[place + 2], ARGV[place + 3]
    drop(prefix, digest)
    redis.call('SET', prefix .. 'answer:' .. digest, intent.label .. stored .. text .. body)
    redis.call('SADD', prefix .. 'text:' .. text, digest)
    redis.call('ZADD', prefix .. 'stored:' .. intent.label, ARGV[5], digest)
    redis.call('ZADD', prefix .. 'used', ARGV[5], digest)
    redis.call('HINCRBY', prefix .. 'bytes', intent.label, #body + {ENTRY_BYTES})
    kept = kept + 1
end
redis.call('HINCRBY', prefix .. 'misses', intent.label, kept)
return kept
"""
)

DROP = (
    _DROP
    + """
-- prefix, digest…; returns how many were there
local dropped = 0
for place = 2, #ARGV do dropped = dropped + drop(ARGV[1], ARGV[place]) end
return dropped
"""
)
