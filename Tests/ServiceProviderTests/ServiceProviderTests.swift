// ServiceProviderTests
