-- Comments in which each emotion shows.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL)
SELECT emotion, count(*) AS comments
FROM (
    SELECT DISTINCT comment_id, unnest(list_transform(emotions, lambda felt: felt.emotion)) AS emotion
    FROM sentiment_scores
    JOIN counted USING (comment_id)
)
GROUP BY emotion
ORDER BY comments DESC, emotion
