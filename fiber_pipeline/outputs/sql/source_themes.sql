-- The themes within one source. What needs the whole history (impact, priority, trend) stays null.
WITH counted AS (
    SELECT * FROM comments
    WHERE duplicate_of IS NULL
        AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
),
informative AS (SELECT count(*) FILTER (is_informative) AS comments FROM counted)
SELECT found.theme, coalesce(any_value(themes.label_es), found.theme) AS label, any_value(found.category) AS category,
    count(*) AS mentions,
    count(*) / nullif(any_value(informative.comments), 0) AS share,
    count(*) FILTER (found.sentiment = 'negative') / count(*) AS negative_share,
    100.0 * (count(*) FILTER (nps_group = 'promoter') - count(*) FILTER (nps_group = 'detractor'))
        / nullif(count(nps_group), 0) AS nps,
    count(nps_group) AS nps_sample,
    NULL::DOUBLE AS nps_impact, NULL::DOUBLE AS nps_impact_low, NULL::DOUBLE AS nps_impact_high,
    NULL::DOUBLE AS priority, 'unknown' AS trend, false AS is_spike,
    count(*) < $small_sample AS is_small_sample,
    []::VARCHAR[] AS examples
FROM comment_themes AS found
JOIN counted USING (comment_id)
CROSS JOIN informative
LEFT JOIN themes ON themes.theme = found.theme
WHERE is_informative
GROUP BY found.theme
ORDER BY count(*) FILTER (found.sentiment = 'negative') DESC, mentions DESC, found.theme
