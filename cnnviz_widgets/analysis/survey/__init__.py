"""What a pass over many samples adds up of each channel, whatever their order."""
