-- Comments with signs of churn, strongest first.
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
ORDER BY risk DESC, commented_at DESC NULLS LAST, comment_id
LIMIT $most_comments
