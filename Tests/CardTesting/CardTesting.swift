// CardTesting
