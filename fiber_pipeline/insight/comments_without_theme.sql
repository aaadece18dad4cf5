-- Informative comments that count and that no theme of the taxonomy covers, oldest first.
SELECT comment_id, text, commented_at
FROM comments
WHERE duplicate_of IS NULL
    AND is_informative
    AND NOT EXISTS (SELECT 1 FROM comment_themes WHERE comment_themes.comment_id = comments.comment_id)
ORDER BY commented_at NULLS FIRST, batch, position
