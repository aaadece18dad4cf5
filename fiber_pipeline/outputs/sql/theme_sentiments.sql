-- How each theme is spoken of.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL)
SELECT theme, found.sentiment, count(*) AS mentions
FROM comment_themes AS found
JOIN counted USING (comment_id)
WHERE is_informative
GROUP BY theme, found.sentiment
ORDER BY theme, found.sentiment
