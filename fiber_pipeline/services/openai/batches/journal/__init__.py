"""What has been submitted to the Batch API and not yet collected.

The protocol is `protocol.BatchJournal`; one module per place it can live in (a file beside the embedded response
store, Redis beside the shared one), which pass the same tests. A submission is written down before anything is sent
and under an id of ours, which goes with it as metadata, so that one whose answer never arrived can be found again.
Texts are not kept: they are in the file that was uploaded. Of what was asked only digests are, so that no text is
submitted twice.
"""
