// TrustedServiceManagerTests
