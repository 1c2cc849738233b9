"""Declarations: files and batches read, checked, stored and screened, and what is later learnt of the goods."""
