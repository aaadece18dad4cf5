-- Where a comment stands in its file, what else its response says, and who annotated it.
SELECT
    comments.comment_id, comments.batch, comments.row_id, comments.question, comments.text, comments.duplicate_of,
    comments.is_main IS NOT FALSE AS is_main,
    (
        SELECT coalesce(list(others.comment_id ORDER BY others.position), [])
        FROM comments AS others
        WHERE others.batch = comments.batch AND others.row_id = comments.row_id
            AND others.comment_id <> comments.comment_id
    ) AS other_answers,
    comments.commented_at, comments.customer_id, comments.nps, comments.nps_group,
    raw_comments.source_file, raw_comments.sheet, raw_comments.row_number, raw_comments.file_sha256,
    raw_comments.ingested_at,
    translated_comments.language, translated_comments.language_engine, translated_comments.language_model,
    translated_comments.translation_engine, translated_comments.translation_model,
    sentiment_scores.sentiment, sentiment_scores.score, sentiment_scores.evidence AS sentiment_evidence,
    sentiment_scores.engine AS sentiment_engine, sentiment_scores.model AS sentiment_model,
    sentiment_scores.prompt_version AS sentiment_prompt_version,
    sentiment_scores.is_fallback AS sentiment_is_fallback,
    (
        SELECT list(
            {
                theme: comment_themes.theme, sentiment: comment_themes.sentiment, evidence: comment_themes.evidence,
                engine: comment_themes.engine, model: comment_themes.model,
                prompt_version: comment_themes.prompt_version, is_fallback: comment_themes.is_fallback
            }
            ORDER BY comment_themes.relevance DESC, comment_themes.theme
        )
        FROM comment_themes
        WHERE comment_themes.comment_id = comments.comment_id
    ) AS themes
FROM comments
LEFT JOIN raw_comments ON raw_comments.batch = comments.batch AND raw_comments.row_id = comments.row_id
LEFT JOIN translated_comments ON translated_comments.comment_id = comments.comment_id
LEFT JOIN sentiment_scores ON sentiment_scores.comment_id = comments.comment_id
WHERE comments.comment_id = $comment_id
