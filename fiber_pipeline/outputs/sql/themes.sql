-- The themes of the whole history, most pressing first.
SELECT theme, label_es AS label, category, mentions, share, negative_share, nps, nps_sample, nps_impact,
    nps_impact_low, nps_impact_high, priority, trend, is_spike, is_small_sample, examples
FROM themes
WHERE mentions > 0
ORDER BY priority DESC NULLS LAST, mentions DESC, theme
