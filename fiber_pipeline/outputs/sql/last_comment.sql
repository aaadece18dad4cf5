-- The last comment before a moment.
SELECT max(commented_at) AS commented_at
FROM comments
WHERE duplicate_of IS NULL AND commented_at < $before
    AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
