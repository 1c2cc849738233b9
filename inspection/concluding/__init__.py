"""Conclusions of the agencies, and what the merge of :mod:`inspection.merging` is made of."""
