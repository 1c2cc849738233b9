"""Agencies, people, powers, sign-in, calendars and deadlines."""
