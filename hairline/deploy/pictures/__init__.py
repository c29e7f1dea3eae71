"""Pictures that people bring and pictures they get: found, named, drawn, counted, written down."""
