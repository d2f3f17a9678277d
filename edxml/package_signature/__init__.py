"""The signature of a package itself: profile truc-1, made and judged on the tree that is read."""
