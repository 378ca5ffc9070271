"""What is shown, as files: pictures for print, numbers, reports, lines of code."""
