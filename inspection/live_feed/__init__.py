"""The live feed: rows of the event log to everybody who watches, without a gap."""
