-- Responses with signs of churn, strongest first, each by its most pressing comment.
SELECT
    comment_id,
    source,
    customer_id,
    commented_at,
    nps,
    urgency,
    risk,
    reasons
FROM insight_comments
WHERE risk > 0 AND risk >= $least_risk
QUALIFY row_number() OVER (PARTITION BY response ORDER BY urgency = 'high' DESC NULLS LAST, score, comment_id) = 1
ORDER BY risk DESC, commented_at DESC NULLS LAST, comment_id
LIMIT $most_comments
