"""Notices: who hears of what, when, through which channel, and the inboxes."""
