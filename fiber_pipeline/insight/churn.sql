-- Comments with signs of churn, strongest first.
SELECT
    comment_id,
    source,
    customer_id,
    commented_at,
    nps,
    urgency,
    risk,
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
FROM insight_comments
WHERE risk > 0 AND risk >= $least_risk
ORDER BY risk DESC, commented_at DESC NULLS LAST, comment_id
LIMIT $most_comments
