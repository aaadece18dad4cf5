-- What customers speak of that the taxonomy lacks.
SELECT cluster, label, keywords, mentions, first_seen, examples
FROM emergent_themes
ORDER BY mentions DESC, cluster
