"""The history of the tables; each step runs before (`pre`) or after (`post`) new code is rolled out."""
