"""Invitations: the agencies a screening calls, their answers, their silence and who stands in for them."""
