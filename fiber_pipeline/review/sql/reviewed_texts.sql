-- The texts people reviewed, as the first comment that has each stands now, with the labels in force. Texts whose
-- comments were erased or replaced are known no more and left out.
SELECT comments.batch, comments.comment_id, comments.text_key, comments.text,
    corrections.sentiment, corrections.urgency, corrections.language, corrections.themes, corrections.reason
FROM corrections
JOIN comments ON comments.text_key = corrections.text_key
WHERE corrections.is_in_force
QUALIFY row_number() OVER (PARTITION BY comments.text_key ORDER BY comments.batch, comments.position) = 1
ORDER BY comments.text_key
