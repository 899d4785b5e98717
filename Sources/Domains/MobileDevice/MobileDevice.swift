// MobileDevice
