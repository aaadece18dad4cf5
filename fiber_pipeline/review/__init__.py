"""Quality control by people: how far engines agree, what to look at first, what people say, and who was right.

    sampling, asking        which texts are asked about, and each engine's own answer
    agreement, scoring      statistics over two columns of labels
    engine_agreement, engine_accuracy   fill the tables of these names
    queue, queue_workbook   what people should look at first, and the workbook they do it in
    reviewed_workbook       that workbook read back, every wrong value refused
    folder                  where reviewed workbooks come back, and which of them are new
    corrections             fills the table: which word on a text is the latest, and who contradicts whom
    pending                 the batches that do not say yet what people say

Statements live in `sql/`. Engines, and the laying of people's word over their answers, belong to `annotation`, which
sees nothing of this; what figures mean for the business belongs to `insight`.
"""
