"""What an inspector shows of a survey, and how it makes one."""
