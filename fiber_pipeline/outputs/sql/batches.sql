-- The files everything rests on, latest first.
SELECT batch, count(*) FILTER (is_main IS NOT FALSE) AS rows,
    count(*) FILTER (is_main IS NOT FALSE AND duplicate_of IS NULL) AS responses,
    count(*) FILTER (duplicate_of IS NULL) AS counted,
    count(*) FILTER (duplicate_of IS NULL AND is_informative) AS informative,
    min(commented_at) FILTER (duplicate_of IS NULL) AS first_comment,
    max(commented_at) FILTER (duplicate_of IS NULL) AS last_comment,
    max(ingested_at) AS ingested_at
FROM comments
GROUP BY batch
ORDER BY ingested_at DESC, last_comment DESC NULLS LAST, batch
