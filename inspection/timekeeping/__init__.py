"""Whose turn it is, since when and until when: waiting, elapsed time, deadlines of a case."""
