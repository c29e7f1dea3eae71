"""What published data sets share: from the archive to the raw form. Each set is a file of its own in sources/."""
