-- Who made the annotations, and how often one stood in for another.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL)
SELECT 'Traducción' AS step, translation_engine AS engine, translation_model AS model, count(*) AS comments,
    count(*) FILTER (is_fallback) AS fallbacks
FROM translated_comments JOIN counted USING (comment_id) GROUP BY ALL
UNION ALL
SELECT 'Idioma', coalesce(language_engine, 'local'), language_model, count(*), 0
FROM translated_comments JOIN counted USING (comment_id) GROUP BY ALL
UNION ALL
SELECT 'Sentimiento', engine, model, count(*), count(*) FILTER (is_fallback)
FROM sentiment_scores JOIN counted USING (comment_id) GROUP BY ALL
UNION ALL
SELECT 'Temas', engine, model, count(DISTINCT comment_id), count(DISTINCT comment_id) FILTER (is_fallback)
FROM comment_themes JOIN counted USING (comment_id) GROUP BY ALL
ORDER BY step, comments DESC, engine, model
