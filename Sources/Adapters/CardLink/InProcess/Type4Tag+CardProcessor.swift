public import NFCForum

extension Type4Tag: CardProcessor {}
