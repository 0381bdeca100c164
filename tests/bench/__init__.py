"""What performance means here: ratios against a named baseline, taken in the same run (`make bench`)."""
