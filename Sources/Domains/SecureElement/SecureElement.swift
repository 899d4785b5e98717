// SecureElement
