"""The report in its versions and editions, printed and sealed, and the record of who answers for what."""
