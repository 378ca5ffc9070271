"""What a map is drawn along: layer outputs, which read which, and what recurs."""
