-- How many comments need attention soon.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL)
SELECT count(*) FILTER (urgency = 'high') AS high, count(*) FILTER (urgency = 'medium') AS medium
FROM sentiment_scores
JOIN counted USING (comment_id)
WHERE is_informative
