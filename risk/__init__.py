"""Rules, packs and the screener. Does not know that inspections exist."""
