"""A protocol in, a result out: reading, judging, joining and describing in order; batches of documents."""
