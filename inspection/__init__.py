"""Declarations, joint cases, invitations, task sheets, sessions, findings, conclusions, reports, dispositions."""
