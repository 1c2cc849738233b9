"""A case told again from its events alone."""
