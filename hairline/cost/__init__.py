"""What a network costs: parameters and multiply-adds anywhere (`counts`), milliseconds on this machine (`latency`)."""
