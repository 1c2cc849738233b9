"""Before the yard: the task sheet, the task cabin with its papers and checklists, and the deliberation that divides the work."""
