"""Other people's archives: fetching them, knowing them again, and unpacking them without trusting them."""
