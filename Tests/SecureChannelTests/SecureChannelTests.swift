// SecureChannelTests
