-- The batches whose tables do not all speak of one reading of their file, and which of their tables are wanting: made
-- from what has been replaced since, or not there. Batches from before versions were kept are judged by their rows.
WITH sources AS (
    SELECT batch, table_name, unnest(made_from) AS source FROM batch_tables
),
stale AS (
    SELECT sources.batch, sources.table_name
    FROM sources
    LEFT JOIN batch_tables AS current
        ON current.batch = sources.batch AND current.table_name = sources.source.table_name
    WHERE coalesce(current.version, '') <> sources.source.version
),
versioned AS (
    SELECT DISTINCT batch FROM batch_tables WHERE table_name IN ('raw_comments', 'comments')
),
missing AS (
    SELECT versioned.batch, needed.table_name
    FROM versioned
    CROSS JOIN (
        SELECT unnest(['comments', 'translated_comments', 'sentiment_scores', 'comment_themes']) AS table_name
    ) AS needed
    ANTI JOIN batch_tables ON batch_tables.batch = versioned.batch AND batch_tables.table_name = needed.table_name
),
unversioned AS (
    SELECT DISTINCT raw_comments.batch FROM raw_comments ANTI JOIN versioned ON versioned.batch = raw_comments.batch
),
unversioned_comments AS (
    SELECT comments.batch, comments.comment_id
    FROM comments
    SEMI JOIN unversioned ON unversioned.batch = comments.batch
),
lacking AS (
    SELECT batch, 'comments' AS table_name FROM unversioned ANTI JOIN unversioned_comments USING (batch)
    UNION ALL
    SELECT DISTINCT batch, 'translated_comments'
    FROM unversioned_comments
    ANTI JOIN translated_comments ON translated_comments.comment_id = unversioned_comments.comment_id
    UNION ALL
    SELECT DISTINCT batch, 'sentiment_scores'
    FROM unversioned_comments
    ANTI JOIN sentiment_scores ON sentiment_scores.comment_id = unversioned_comments.comment_id
)
SELECT
    wanting.batch,
    list_sort(list_distinct(list(wanting.table_name))) AS tables,
    coalesce(max(batch_tables.version), '') AS latest
FROM (FROM stale UNION ALL FROM missing UNION ALL FROM lacking) AS wanting
LEFT JOIN batch_tables ON batch_tables.batch = wanting.batch
GROUP BY wanting.batch
ORDER BY wanting.batch
