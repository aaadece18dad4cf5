-- How many comments need attention soon.
WITH counted AS (
    SELECT * FROM comments
    WHERE duplicate_of IS NULL
        AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
)
SELECT count(*) FILTER (urgency = 'high') AS high, count(*) FILTER (urgency = 'medium') AS medium
FROM sentiment_scores
JOIN counted USING (comment_id)
WHERE is_informative
