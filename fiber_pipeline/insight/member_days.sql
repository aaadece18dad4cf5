-- What is counted of every member of every dimension on every day (null for comments without a date). Everything
-- here adds up, so weeks, months and the whole are sums of these rows. What is said counts with every comment; what is
-- a response's (scores, risk, volume) counts once for each member that any of its comments belongs to.
CREATE OR REPLACE TEMP TABLE insight_member_days AS
WITH theme_members AS (
    SELECT comment_id, 'theme' AS dimension, theme AS member, sentiment = 'negative' AS is_theme_negative
    FROM comment_themes
    UNION ALL
    SELECT comment_id, 'category', category, bool_or(sentiment = 'negative')
    FROM comment_themes
    GROUP BY comment_id, category
),
-- What the comments of one response may differ in.
told_apart AS (
    SELECT comment_id, 'language' AS dimension, coalesce(language, $no_member) AS member,
        NULL::BOOLEAN AS is_theme_negative
    FROM insight_comments
    UNION ALL
    SELECT comment_id, 'question', coalesce(question, $no_member), NULL
    FROM insight_comments
    WHERE is_answer AND (SELECT count(DISTINCT question) > 1 FROM insight_comments)
    UNION ALL
    SELECT comment_id, dimension, member, is_theme_negative
    FROM theme_members
    WHERE comment_id IN (SELECT comment_id FROM insight_comments WHERE is_informative)
),
metadata_values AS (
    SELECT
        insight_comments.comment_id,
        insight_comments.is_main,
        wanted.name,
        coalesce(nullif(trim(json_extract_string(raw_comments.metadata, wanted.pointer)), ''), $no_member) AS member
    FROM insight_comments
    JOIN raw_comments
        ON raw_comments.batch = insight_comments.batch AND raw_comments.row_id = insight_comments.row_id
    CROSS JOIN (SELECT unnest($metadata_names) AS name, unnest($metadata_pointers) AS pointer) AS wanted
    WHERE len($metadata_names) > 0
),
frequent_values AS (
    SELECT name, member
    FROM metadata_values
    GROUP BY name, member
    QUALIFY row_number() OVER (PARTITION BY name ORDER BY count(*) FILTER (WHERE is_main) DESC, member) <= $most_members
),
memberships AS (
    SELECT comment_id, 'all' AS dimension, 'all' AS member, NULL::BOOLEAN AS is_theme_negative, is_main AS is_response
    FROM insight_comments
    UNION ALL
    SELECT comment_id, 'batch', batch, NULL, is_main FROM insight_comments
    UNION ALL
    SELECT comment_id, 'source', coalesce(source, $no_member), NULL, is_main FROM insight_comments
    UNION ALL
    SELECT comment_id, 'metadata:' || metadata_values.name, coalesce(frequent_values.member, $other_members), NULL,
        is_main
    FROM metadata_values
    LEFT JOIN frequent_values
        ON frequent_values.name = metadata_values.name AND frequent_values.member = metadata_values.member
    UNION ALL
    SELECT told_apart.*, TRUE
    FROM told_apart
    WHERE comment_id NOT IN (SELECT comment_id FROM insight_comments WHERE is_of_several)
    UNION ALL
    SELECT told_apart.*, comment_id = min(comment_id) OVER (PARTITION BY dimension, member, response)
    FROM told_apart
    JOIN insight_comments USING (comment_id)
    WHERE is_of_several
)
SELECT
    memberships.dimension,
    memberships.member,
    facts.day,
    count(*) AS comments,
    count(*) FILTER (WHERE is_response) AS responses,
    count(*) FILTER (WHERE is_informative) AS informative,
    count(*) FILTER (WHERE is_response AND nps_group = 'promoter') AS promoters,
    count(*) FILTER (WHERE is_response AND nps_group = 'passive') AS passives,
    count(*) FILTER (WHERE is_response AND nps_group = 'detractor') AS detractors,
    count(is_satisfied) FILTER (WHERE is_response) AS rated,
    count(*) FILTER (WHERE is_response AND is_satisfied) AS satisfied,
    count(sentiment) AS scored,
    count(*) FILTER (WHERE sentiment = 'positive') AS positive,
    count(*) FILTER (WHERE sentiment = 'neutral') AS neutral,
    count(*) FILTER (WHERE sentiment = 'negative') AS negative,
    count(*) FILTER (WHERE sentiment = 'mixed') AS mixed,
    -- Decimals add up exactly, so figures do not depend on the order in which threads come to the rows.
    coalesce(sum(score::DECIMAL(7, 6)), 0) AS score_sum,
    coalesce(sum(score::DECIMAL(7, 6) * score::DECIMAL(7, 6)), 0) AS score_squares,
    count(*) FILTER (WHERE urgency = 'high') AS urgent,
    count(*) FILTER (WHERE is_response AND is_assessed) AS assessed,
    count(*) FILTER (WHERE is_response AND is_assessed AND risk >= $at_risk) AS at_risk,
    count(*) FILTER (WHERE is_theme_negative) AS theme_negative
FROM memberships
JOIN insight_comments AS facts ON facts.comment_id = memberships.comment_id
GROUP BY ALL
