"""Telling people outside the UI that something needs them. When that is so belongs to `automation`."""
