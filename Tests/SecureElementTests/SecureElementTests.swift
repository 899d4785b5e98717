// SecureElementTests
