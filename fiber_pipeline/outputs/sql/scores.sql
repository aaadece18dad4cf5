-- How many gave each score.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL)
SELECT nps, count(*) AS comments FROM counted WHERE nps IS NOT NULL GROUP BY nps ORDER BY nps
