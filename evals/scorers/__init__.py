"""Score samples: one function a metric."""
