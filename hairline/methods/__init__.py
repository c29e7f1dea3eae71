"""What is done with networks: they are taught, write soft labels, and are scored, compared and timed."""
