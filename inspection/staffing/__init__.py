"""The people of a case: experts drawn and named, the draw that anyone can replay, and the hand-over at a change of shift."""
