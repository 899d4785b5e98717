// The two stages in which a smart card is verified, both ends.
