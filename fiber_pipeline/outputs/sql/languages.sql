-- Comments with something to say, by language.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL)
SELECT language, count(*) AS comments
FROM translated_comments
JOIN counted USING (comment_id)
WHERE is_informative
GROUP BY language
ORDER BY comments DESC, language
