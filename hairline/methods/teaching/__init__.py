"""How a network is taught: one training step a file, and what all trainings share."""
