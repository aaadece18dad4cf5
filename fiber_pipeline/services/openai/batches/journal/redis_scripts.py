"""What the journal in Redis does in one step, as Lua that the server runs whole.

A script may reach the server twice where the connection breaks before its answer; the second time, it finds what it
did and changes nothing.

Keys, each after the journal's prefix:

    meta                hash    version
    submission:ID       hash    field → value as JSON, but `state`, which is as it is
    state:STATE         zset    id → created_at
    claims              hash    digest → id of the submission that asks for it
    claimed:ID          set     digests
    waiting             hash    batch of feedback → what it waits for, as JSON
    no_batch_api        hash    address → seconds since 1970
"""

OPEN = """
-- prefix, version; returns the version of the journal there is
redis.call('HSETNX', ARGV[1] .. 'meta', 'version', ARGV[2])
return redis.call('HGET', ARGV[1] .. 'meta', 'version')
"""

BEGIN = """
-- prefix, id, state, created_at, number of (field, value), field, value…, digest…
-- returns (digest, id) of what others have claimed
local prefix, id, after = ARGV[1], ARGV[2], 6 + 2 * tonumber(ARGV[5])
local name, claims = prefix .. 'submission:' .. id, prefix .. 'claims'
local is_new = redis.call('EXISTS', name) == 0
if is_new then
    redis.call('HSET', name, unpack(ARGV, 6, after - 1))
    redis.call('ZADD', prefix .. 'state:' .. ARGV[3], ARGV[4], id)
end
local taken = {}
for place = after, #ARGV do
    local digest = ARGV[place]
    local owner = redis.call('HGET', claims, digest)
    if owner and owner ~= id then
        taken[#taken + 1] = digest
        taken[#taken + 1] = owner
    elseif is_new then
        redis.call('HSET', claims, digest, id)
        redis.call('SADD', prefix .. 'claimed:' .. id, digest)
    end
end
return taken
"""

CHANGE = """
-- prefix, id, state ('' for the present one), whether that gives claims up (1 or 0), number of states it may follow,
-- state…, field, value…; returns 1, or 0 if the state may not follow
local prefix, id, state = ARGV[1], ARGV[2], ARGV[3]
local name = prefix .. 'submission:' .. id
local before = redis.call('HGET', name, 'state')
if not before then return redis.error_reply('there is no submission ' .. id) end
local after = 6 + tonumber(ARGV[5])
if state ~= '' then
    local may_follow = false
    for place = 6, after - 1 do may_follow = may_follow or ARGV[place] == before end
    if not may_follow then return 0 end
    local created_at = redis.call('ZSCORE', prefix .. 'state:' .. before, id)
    redis.call('ZREM', prefix .. 'state:' .. before, id)
    redis.call('ZADD', prefix .. 'state:' .. state, created_at, id)
end
if #ARGV >= after then redis.call('HSET', name, unpack(ARGV, after)) end
if ARGV[4] == '1' then
    local claims, claimed = prefix .. 'claims', prefix .. 'claimed:' .. id
    for _, digest in ipairs(redis.call('SMEMBERS', claimed)) do
        if redis.call('HGET', claims, digest) == id then redis.call('HDEL', claims, digest) end
    end
    redis.call('DEL', claimed)
end
return 1
"""

RELEASE = """
-- prefix, (batch, what it waits for)…; lets go of those that still wait for that
local waiting = ARGV[1] .. 'waiting'
for place = 2, #ARGV, 2 do
    if redis.call('HGET', waiting, ARGV[place]) == ARGV[place + 1] then redis.call('HDEL', waiting, ARGV[place]) end
end
return 1
"""
