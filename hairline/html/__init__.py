"""What all pages have in common: markup that cannot forget to escape, a style sheet, and the frame of a document."""
