-- How many gave each score.
WITH counted AS (
    SELECT * FROM comments
    WHERE duplicate_of IS NULL
        AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
)
SELECT nps, count(*) AS comments FROM counted WHERE nps IS NOT NULL GROUP BY nps ORDER BY nps
