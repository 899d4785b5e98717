// TrustedServiceManager
