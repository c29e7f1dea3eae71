"""What the runs left on disk, told to MLflow. Only stages/track.py, live curves and a stored model come in here."""
