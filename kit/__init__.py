"""The floor: clock, database, errors, event log, jobs, settings, ids. Knows no word of the domain."""
