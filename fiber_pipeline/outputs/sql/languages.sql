-- Comments with something to say, by language.
WITH counted AS (
    SELECT * FROM comments
    WHERE duplicate_of IS NULL
        AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
)
SELECT language, count(*) AS comments
FROM translated_comments
JOIN counted USING (comment_id)
WHERE is_informative
GROUP BY language
ORDER BY comments DESC, language
