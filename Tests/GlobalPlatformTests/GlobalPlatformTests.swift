// GlobalPlatformTests
