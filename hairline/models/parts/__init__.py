"""What networks are made of, and what is done to any of them: layers, heads, widths, weights, views."""
