-- The rejected rows that an export is about: of these batches, of this source; null for all.
CREATE OR REPLACE TEMPORARY TABLE chosen_rows AS
SELECT *
FROM rejected_rows
WHERE ($batches::VARCHAR[] IS NULL OR list_contains($batches, batch))
    AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
ORDER BY batch, source_file, sheet, row_number
