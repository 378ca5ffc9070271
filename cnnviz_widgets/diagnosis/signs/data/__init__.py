"""Signs that inputs or targets do not suit the model."""
