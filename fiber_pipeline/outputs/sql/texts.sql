-- Comments by their ids.
SELECT comment_id, text FROM comments WHERE comment_id IN (SELECT unnest($wanted::VARCHAR[]))
