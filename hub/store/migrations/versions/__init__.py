"""One file a step: `NNNN_pre_…` runs before new code is rolled out, `NNNN_post_…` after."""
