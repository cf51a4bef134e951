"""What the service and the review page share: where to listen, and whom to answer."""
