// The channels of trusted card reading, both ends.
