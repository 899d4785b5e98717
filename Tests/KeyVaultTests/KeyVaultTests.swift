// KeyVaultTests
