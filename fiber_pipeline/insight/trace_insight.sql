-- The comments behind a figure: those in its period and member that its metric is measured on, one a response where
-- responses are what it counts.
WITH mentioned AS (
    SELECT DISTINCT comment_id
    FROM comment_themes
    WHERE ($dimension = 'theme' AND theme = $member) OR ($dimension = 'category' AND category = $member)
)
SELECT comment_id
FROM insight_comments
LEFT JOIN raw_comments
    ON raw_comments.batch = insight_comments.batch AND raw_comments.row_id = insight_comments.row_id
WHERE CASE $period_kind
        WHEN 'all' THEN TRUE
        WHEN 'day' THEN strftime(day, '%Y-%m-%d') = $period
        WHEN 'week' THEN strftime(day, '%G-W%V') = $period
        WHEN 'month' THEN strftime(day, '%Y-%m') = $period
    END
    AND CASE $dimension
        WHEN 'all' THEN TRUE
        WHEN 'batch' THEN insight_comments.batch = $member
        WHEN 'source' THEN coalesce(insight_comments.source, $no_member) = $member
        WHEN 'language' THEN coalesce(language, $no_member) = $member
        WHEN 'question' THEN is_answer AND coalesce(insight_comments.question, $no_member) = $member
        WHEN 'theme' THEN insight_comments.is_informative AND comment_id IN (SELECT comment_id FROM mentioned)
        WHEN 'category' THEN insight_comments.is_informative AND comment_id IN (SELECT comment_id FROM mentioned)
        ELSE coalesce(nullif(trim(json_extract_string(raw_comments.metadata, $metadata_pointer)), ''), $no_member)
            = $member
    END
    AND CASE
        WHEN $metric IN ('nps', 'promoter_share', 'passive_share', 'detractor_share')
            THEN insight_comments.nps_group IS NOT NULL
        WHEN $metric = 'csat' THEN is_satisfied IS NOT NULL
        WHEN $metric = 'churn_risk_share' THEN is_assessed
        WHEN $metric IN ('volume', 'informative_share', 'theme_share', 'theme_negative_share') THEN TRUE
        ELSE sentiment IS NOT NULL
    END
QUALIFY NOT $is_of_responses OR row_number() OVER (PARTITION BY response ORDER BY is_main DESC, comment_id) = 1
ORDER BY comment_id
