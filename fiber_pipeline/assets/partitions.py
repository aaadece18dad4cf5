"""How batch assets are partitioned."""

import dagster as dg

FEEDBACK_BATCHES = dg.DynamicPartitionsDefinition(name="feedback_batch")
