"""hairline: small networks that find hairline cracks, and proof of how good they are."""
