"""What people run by hand: the `python -m hairline ...` commands, one a file."""
