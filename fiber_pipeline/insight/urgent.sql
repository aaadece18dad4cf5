-- Whom to call first. The score joins how soon the comment asks for someone (high urgency 0.8, medium 0.4) and its
-- churn risk as two causes, and halves every 30 days up to the latest comment; one without a date counts half. A response
-- is called about once, with its most pressing comment.
WITH scored AS (
    SELECT
        *,
        (1 - (1 - CASE urgency WHEN 'high' THEN 0.8 WHEN 'medium' THEN 0.4 ELSE 0 END) * (1 - risk))
            * coalesce(0.5 ** ((max(day) OVER () - day) / 30), 0.5) AS call_score
    FROM insight_comments
),
pressing AS (
    SELECT *
    FROM scored
    WHERE urgency = 'high' OR risk >= $at_risk
    QUALIFY row_number() OVER (PARTITION BY response ORDER BY call_score DESC, scored.score, comment_id) = 1
)
SELECT
    pressing.comment_id,
    pressing.customer_id,
    comments.text,
    pressing.commented_at,
    pressing.nps,
    pressing.urgency,
    pressing.reasons,
    pressing.call_score AS score
FROM pressing
JOIN comments ON comments.comment_id = pressing.comment_id
ORDER BY pressing.call_score DESC, pressing.comment_id
LIMIT $most_comments
