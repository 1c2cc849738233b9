"""Merge policies as published documents: their form, their checks, their versions and the shipped ones."""
