-- Whom to call first. The score joins how soon the comment asks for someone (high urgency 0.8, medium 0.4) and its
-- churn risk as two causes, and halves every 30 days up to the latest comment; one without a date counts half.
WITH scored AS (
    SELECT
        *,
        (1 - (1 - CASE urgency WHEN 'high' THEN 0.8 WHEN 'medium' THEN 0.4 ELSE 0 END) * (1 - risk))
            * coalesce(0.5 ** ((max(day) OVER () - day) / 30), 0.5) AS call_score
    FROM insight_comments
)
SELECT
    scored.comment_id,
    scored.customer_id,
    comments.text,
    scored.commented_at,
    scored.nps,
    scored.urgency,
    scored.reasons,
    scored.call_score AS score
FROM scored
JOIN comments ON comments.comment_id = scored.comment_id
WHERE scored.urgency = 'high' OR scored.risk >= $at_risk
ORDER BY score DESC, scored.comment_id
LIMIT $most_comments
