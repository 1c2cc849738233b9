"""In the yard: sessions, findings, their minutes and the evidence a terminal sends."""
