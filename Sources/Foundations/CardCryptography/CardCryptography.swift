// CardCryptography
