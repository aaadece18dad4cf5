-- How many responses gave each score.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL AND is_main IS NOT FALSE)
SELECT nps, count(*) AS comments FROM counted WHERE nps IS NOT NULL GROUP BY nps ORDER BY nps
