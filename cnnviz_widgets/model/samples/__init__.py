"""The samples that a model is shown: their pictures, its answers to them, and a pool of more."""
