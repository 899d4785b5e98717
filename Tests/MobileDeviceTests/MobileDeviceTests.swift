// MobileDeviceTests
