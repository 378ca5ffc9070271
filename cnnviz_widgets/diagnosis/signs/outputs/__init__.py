"""Signs that show in what layers put out [WL20 §1.3.2]."""
