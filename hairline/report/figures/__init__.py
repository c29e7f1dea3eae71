"""The figures of a study, at the size of a paper's column: one a file, each a function from a Study to a Figure."""
