"""Time and place: windows, bays and people proposed, held, confirmed, changed and kept; the goods' way through the yard."""
