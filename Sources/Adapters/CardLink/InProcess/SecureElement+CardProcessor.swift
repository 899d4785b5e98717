public import SecureElement

extension SecureElement: CardProcessor {}
