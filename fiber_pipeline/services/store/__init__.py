"""The response store: every paid answer, and the books of what was asked and what it cost.

The protocol is `protocol.ResponseStore`; one module per place it can live in (embedded SQLite, Redis), which pass the
same tests. Here belongs keeping, finding, accounting, ageing and sealing; not what to ask or how.
"""
