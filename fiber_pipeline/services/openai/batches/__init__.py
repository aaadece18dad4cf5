"""OpenAI's Batch API: files, the journal of what is submitted, and the desk that knows the settings."""
