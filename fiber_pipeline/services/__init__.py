"""Paid services: how they are asked, what their answers cost, and that none is paid for twice.

Here belongs what does not depend on what is asked: the identity of an operation, the store of answers and costs,
prices and budgets, packing, pacing, retries and fallbacks, and a package per provider that speaks its protocol.
What an answer means for a table does not: engines live with their kind in `annotation`, and what a question says of
themes is handed in. Nothing here reads the warehouse, and nothing here sees a text that has not been redacted.
"""
