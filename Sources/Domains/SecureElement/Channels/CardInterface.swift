/// The way a command comes to the card. ISO/IEC 7816-3, or ISO/IEC 14443 through an NFC controller (ETSI TS 102 613).
public enum CardInterface: UInt8, Hashable, Sendable, CaseIterable {
    /// The device's own: the wallet on the phone, and whoever manages the card through it.
    case wired = 0x01
    /// The field of a terminal.
    case contactless = 0x02

    /// Where the logical channels of this interface stand among all of the card. Each interface has channels of its own:
    /// what is selected on one is not selected on the other (ETSI TS 102 221 §8.7, TS 102 622 §6.1).
    var channels: Range<Int> {
        let first = self == .wired ? 0 : SecureElement.channelsMax
        return first..<(first + SecureElement.channelsMax)
    }

    /// The interface that has the channel at a place.
    init(channelAt place: Int) { self = CardInterface.wired.channels.contains(place) ? .wired : .contactless }

    /// The number by which commands name the channel at a place.
    static func number(ofChannelAt place: Int) -> Int {
        place - CardInterface(channelAt: place).channels.lowerBound
    }
}
