"""From a prepared data set to batches: what every training reads its pictures through. Only `loader` needs torch."""
