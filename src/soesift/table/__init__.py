"""Tables found on a page: rulings, white space, cells, and what stands around them."""
