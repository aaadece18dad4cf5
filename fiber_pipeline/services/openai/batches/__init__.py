"""The Batch API: what would be asked one by one is submitted as files and answered within a day, at half the price.

Submit, follow, cancel; each can be repeated at any time, by any process that has the `journal`. Collected answers go
into the response store under the keys a direct run would use, so that run finds them there. A submission is reserved
in the books, as one call, from before it is sent until it is settled. What a batch leaves unanswered (it expired, was
cancelled, or single texts failed) is not submitted again: a direct run asks for it.

`desk` knows the settings and which batches of feedback wait; beneath it, one module submits and one follows.
"""
