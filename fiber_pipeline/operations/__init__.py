"""What commands and sensors ask for: running the jobs, estimating them, forgetting.

    pipeline        the jobs in this process, doing only what is not up to date
    estimation      what a run would ask of paid services
    under_way       the batches that a run is at work on
    corrections     what people said, before anybody has
    forgetting      erasing a batch or a customer from everything that is kept
    failures        why a run failed, and whether doing it again can help
    healing         runs whose process is gone

How something is asked for (arguments, messages, ticks) belongs to `cli` and `automation`.
"""
