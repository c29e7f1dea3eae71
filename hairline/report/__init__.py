"""What people read, made from JSON, CSV and PNG alone: no torch here."""
