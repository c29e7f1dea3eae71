"""What a person reads before trusting a data set, as tables and as a page with pictures."""
