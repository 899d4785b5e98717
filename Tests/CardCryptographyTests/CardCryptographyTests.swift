// CardCryptographyTests
