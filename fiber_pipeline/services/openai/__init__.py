"""OpenAI, and whatever speaks its protocol.

Here belong its endpoints, the prompts and the form of answers (`operations`, `answers`), how requests are written and
replies read (`messages`), the client that sends them one by one (`client`) and the Batch API, which takes thousands at
once (`batches`). What answers mean for a table belongs to the engines beside the local ones.
"""
