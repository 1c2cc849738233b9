"""Evidence bytes and their stores. Does not know what a photo is evidence of."""
