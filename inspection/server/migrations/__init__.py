"""Migrations: one-shot steps under an advisory lock, run by `lianjian migrate` (or by the embedded platform at its start)."""
