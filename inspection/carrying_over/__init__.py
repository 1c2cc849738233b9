"""A new version of a declaration: what of a case stays, what is asked again, and on which version everything stands."""
