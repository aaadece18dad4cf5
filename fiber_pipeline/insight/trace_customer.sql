-- The comments of a customer, who is named by a code or as their files do.
SELECT
    comments.comment_id, comments.commented_at, raw_comments.customer_id AS customer_in_file,
    comments.batch, raw_comments.source_file, raw_comments.sheet, raw_comments.row_number
FROM comments
JOIN raw_comments ON raw_comments.batch = comments.batch AND raw_comments.row_id = comments.row_id
WHERE comments.customer_id = $name OR {customer_key} = $key
ORDER BY comments.commented_at, comments.batch, comments.position
