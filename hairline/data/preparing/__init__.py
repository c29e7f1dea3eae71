"""From a raw data set to a prepared one: checked, brought into one form, and divided without leaks."""
