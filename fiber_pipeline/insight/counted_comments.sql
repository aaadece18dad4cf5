-- Every comment that counts, once: its day in Asunción, what it is split by, what is counted of it, and the signs of
-- churn of its response with the risk they add up to, the weightiest first. The comments of a row are one response,
-- named after its main comment; what is the response's alone (scores, risk) stands on each of them. Mentions are
-- counted on informative comments only, so that shares of informative comments cannot exceed one.
CREATE OR REPLACE TEMP TABLE insight_comments AS
WITH counted AS (
    SELECT
        comments.comment_id,
        comments.batch,
        comments.row_id,
        comments.question,
        comments.text <> '' AS is_answer,
        comments.is_main IS NOT FALSE AS is_main,
        CASE WHEN contains(comments.batch, '/') THEN split_part(comments.batch, '/', 1) END AS source,
        comments.customer_id,
        comments.commented_at,
        timezone('America/Asuncion', comments.commented_at)::DATE AS day,
        comments.is_informative,
        comments.nps,
        comments.nps_group,
        comments.rating >= $happy_from[list_position($rating_scales, comments.rating_scale)] AS is_satisfied,
        translated_comments.language,
        CASE WHEN comments.is_informative THEN sentiment_scores.sentiment END AS sentiment,
        CASE WHEN comments.is_informative THEN sentiment_scores.score END AS score,
        CASE WHEN comments.is_informative THEN sentiment_scores.intensity END AS intensity,
        CASE WHEN comments.is_informative THEN sentiment_scores.urgency END AS urgency
    FROM comments
    LEFT JOIN translated_comments ON translated_comments.comment_id = comments.comment_id
    -- A text that broke every engine has a neutral row by none, which is nobody's opinion.
    LEFT JOIN sentiment_scores
        ON sentiment_scores.comment_id = comments.comment_id AND sentiment_scores.engine <> 'none'
    WHERE comments.duplicate_of IS NULL
),
theme_signs AS (
    SELECT
        comment_id,
        bool_or(theme = 'cancellation' AND sentiment <> 'positive') AS cancellation,
        bool_or(
            theme = 'cancellation'
            AND list_has_any(string_split(lower(array_to_string(evidence, ' ')), ' '), $competitors)
        ) AS competitor,
        bool_or(theme = 'resolution_time' AND sentiment = 'negative') AS long_unresolved
    FROM comment_themes
    WHERE theme IN ('cancellation', 'resolution_time')
    GROUP BY comment_id
),
told AS (
    SELECT
        counted.*,
        is_informative OR nps_group IS NOT NULL AS is_assessed,
        coalesce(is_informative AND theme_signs.cancellation, FALSE) AS cancellation,
        coalesce(is_informative AND theme_signs.competitor, FALSE) AS competitor,
        coalesce(nps <= 3, FALSE) AS severe_detractor,
        coalesce(nps_group = 'detractor', FALSE) AS detractor,
        coalesce(urgency = 'high', FALSE) AS high_urgency,
        coalesce(is_informative AND theme_signs.long_unresolved, FALSE) AS long_unresolved,
        coalesce(sentiment = 'negative' AND intensity = 'strong', FALSE) AS strong_negative,
        coalesce(sentiment = 'negative', FALSE) AS negative
    FROM counted
    LEFT JOIN theme_signs ON theme_signs.comment_id = counted.comment_id
),
-- Responses of several comments alone: most histories have few or none, and pay for none.
of_several AS (
    SELECT
        batch,
        row_id,
        arg_max(comment_id, (is_main, comment_id)) AS response,
        bool_or(is_assessed) AS is_assessed,
        bool_or(cancellation) AS cancellation,
        bool_or(competitor) AS competitor,
        bool_or(high_urgency) AS high_urgency,
        bool_or(long_unresolved) AS long_unresolved,
        bool_or(strong_negative) AS strong_negative,
        bool_or(negative) AS negative
    FROM told
    WHERE (batch, row_id) IN (SELECT (batch, row_id) FROM counted WHERE NOT is_main)
    GROUP BY batch, row_id
),
responses AS (
    SELECT
        told.* REPLACE (
            coalesce(of_several.is_assessed, told.is_assessed) AS is_assessed,
            coalesce(of_several.cancellation, told.cancellation) AS cancellation,
            coalesce(of_several.competitor, told.competitor) AS competitor,
            coalesce(of_several.high_urgency, told.high_urgency) AS high_urgency,
            coalesce(of_several.long_unresolved, told.long_unresolved) AS long_unresolved,
            coalesce(of_several.strong_negative, told.strong_negative) AS strong_negative,
            coalesce(of_several.negative, told.negative) AS negative
        ),
        coalesce(of_several.response, told.comment_id) AS response,
        of_several.response IS NOT NULL AS is_of_several
    FROM told
    LEFT JOIN of_several ON of_several.batch = told.batch AND of_several.row_id = told.row_id
),
complaints AS (
    SELECT
        response,
        day - lag(day) OVER (PARTITION BY source, customer_id ORDER BY commented_at, response) AS days_since_last
    FROM responses
    WHERE is_main AND customer_id IS NOT NULL AND commented_at IS NOT NULL AND (negative OR detractor)
),
signs AS (
    SELECT responses.*, coalesce(complaints.days_since_last <= 90, FALSE) AS repeated_negative
    FROM responses
    LEFT JOIN complaints ON complaints.response = responses.response
)
SELECT
    *,
    1 - (CASE WHEN cancellation THEN 1 - $cancellation ELSE 1 END)
        * (CASE WHEN competitor THEN 1 - $competitor ELSE 1 END)
        * (CASE WHEN repeated_negative THEN 1 - $repeated_negative ELSE 1 END)
        * (CASE WHEN severe_detractor THEN 1 - $severe_detractor ELSE 1 END)
        * (CASE WHEN detractor THEN 1 - $detractor ELSE 1 END)
        * (CASE WHEN high_urgency THEN 1 - $high_urgency ELSE 1 END)
        * (CASE WHEN long_unresolved THEN 1 - $long_unresolved ELSE 1 END)
        * (CASE WHEN strong_negative THEN 1 - $strong_negative ELSE 1 END)
        * (CASE WHEN negative THEN 1 - $negative ELSE 1 END) AS risk,
    list_filter([
        CASE WHEN cancellation THEN 'cancellation' END,
        CASE WHEN competitor THEN 'competitor' END,
        CASE WHEN repeated_negative THEN 'repeated_negative' END,
        CASE WHEN severe_detractor THEN 'severe_detractor' END,
        CASE WHEN high_urgency THEN 'high_urgency' END,
        CASE WHEN long_unresolved THEN 'long_unresolved' END,
        CASE WHEN detractor THEN 'detractor' END,
        CASE WHEN strong_negative THEN 'strong_negative' END,
        CASE WHEN negative THEN 'negative' END
    ], lambda sign: sign IS NOT NULL) AS reasons
FROM signs
