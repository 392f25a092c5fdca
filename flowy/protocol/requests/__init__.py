"""One request class an API operation, by family; each names the class of its answer."""
