"""Dispositions: proposed, approved, departed from, dissented from, appealed against."""
