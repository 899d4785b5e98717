import GlobalPlatform
import ISO7816

extension CardMemory {
    /// The Application that is selected on a channel when it opens: one that is implicitly selectable there, or the
    /// issuer security domain. The channels of both interfaces count through (``CardInterface``). GPC v2.3.1 §6.4.1.1.
    func implicitlySelected(on channel: Int) -> AID {
        guard lifeCycle != .cardLocked, lifeCycle != .terminated else { return issuerSecurityDomain }
        return applications.dropFirst().first { $0.isSelectable && $0.isImplicitlySelected(on: channel) }?.aid
            ?? issuerSecurityDomain
    }

    /// Whether somebody else than `aid` has one of these channels already.
    func isTaken(_ selections: [ImplicitSelection], by aid: AID) -> Bool {
        applications.contains { other in
            other.aid != aid
                && other.implicitSelections.contains { taken in selections.contains { $0.collides(with: taken) } }
        }
    }
}

extension RegisteredApplication {
    /// Card Reset alone, without a parameter, means the basic channel of either interface.
    fileprivate func isImplicitlySelected(on place: Int) -> Bool {
        let (interface, number) = (CardInterface(channelAt: place), CardInterface.number(ofChannelAt: place))
        guard !implicitSelections.isEmpty else { return number == 0 && privileges.contains(.cardReset) }
        return implicitSelections.contains { selection in
            (interface == .wired ? selection.isOnContact : selection.isOnContactless)
                && selection.logicalChannel == number
        }
    }
}
