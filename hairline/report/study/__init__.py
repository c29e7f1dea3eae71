"""A study read back from disk, and what is said of it alone: tables, cards, curves, overlays."""
