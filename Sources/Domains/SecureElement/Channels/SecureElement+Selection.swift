import GlobalPlatform
import ISO7816

extension SecureElement {
    /// SELECT by name: whole, partial, next occurrence; an empty name is the issuer security domain. GPC v2.3.1 §11.9.
    mutating func select(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        if memory.rules.hasFileSystem, command.p1 != 0x04 { return try selectFile(command) }
        let select = try decode(command, as: SelectCommand.self)
        guard let aid = find(select, on: channel) else { throw Refusal(.fileNotFound) }
        channels[channel] = LogicalChannel(selected: aid)
        let data = select.answersNothing ? [] : fileControlInformation(of: aid, on: channel)
        let isLockedCard = memory.lifeCycle == .cardLocked
        return ResponseAPDU(isLockedCard ? .selectedFileInvalidated : .success, data: data)
    }

    private func find(_ select: SelectCommand, on channel: Int) -> AID? {
        let issuer = memory.issuerSecurityDomain
        if select.name.isEmpty { return select.occurrence == .firstOrOnly ? issuer : nil }
        if memory.rules.issuerSecurityDomainAliases.contains(where: { $0.bytes == select.name }) { return issuer }
        let matches = memory.applications.filter { application in
            guard application.aid.hasPrefix(select.name) else { return false }
            if application.aid == issuer { return true }
            return memory.lifeCycle != .cardLocked && application.isSelectable
        }.map(\.aid)
        guard select.occurrence == .next else {
            // An exact name goes before a longer one that starts with it.
            return matches.first { $0.bytes == select.name } ?? matches.first
        }
        guard let current = channels[channel]?.selected, let position = matches.firstIndex(of: current) else {
            return nil
        }
        return position + 1 < matches.count ? matches[position + 1] : nil
    }

    private func fileControlInformation(of aid: AID, on channel: Int) -> [UInt8] {
        guard let application = memory.application(aid) else { return [] }
        switch application.content {
        case .securityDomain:
            return FileControlInformation.securityDomain(
                aid, recognition: cardRecognitionData
            ).bytes
        case .applet(let applet):
            return applet.code.fileControlInformation(for: aid, environment(on: channel))
        }
    }

    /// MANAGE CHANNEL: opens a supplementary channel with its implicitly selected Application, or closes one.
    /// GPC v2.3.1 §11.7.
    mutating func manageChannel(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        guard memory.lifeCycle != .cardLocked else { throw Refusal(.functionNotSupported) }
        let places = CardInterface(channelAt: channel).channels
        switch try decode(command, as: ManageChannelCommand.self) {
        case .open(let wanted):
            let place: Int
            if let wanted {
                place = try self.place(wanted, in: places)
                guard channels[place] == nil else { throw Refusal(.conditionsOfUseNotSatisfied) }
            } else {
                guard let free = places.first(where: { channels[$0] == nil }) else {
                    throw Refusal(.functionNotSupported)
                }
                place = free
            }
            channels[place] = LogicalChannel(selected: memory.implicitlySelected(on: place))
            return ResponseAPDU(
                .success, data: wanted == nil ? [UInt8(CardInterface.number(ofChannelAt: place))] : [])
        case .close(let number):
            let place = try self.place(number, in: places)
            guard channels[place] != nil else { throw Refusal(.logicalChannelNotSupported) }
            channels[place] = nil
            return ResponseAPDU(.success)
        }
    }

    private func place(_ number: UInt8, in places: Range<Int>) throws(Refusal) -> Int {
        guard Int(number) < places.count else { throw Refusal(.functionNotSupported) }
        return places.lowerBound + Int(number)
    }

    /// Reads a command of the card specification, or refuses it with the status word that the error stands for.
    func decode<Command: GlobalPlatformCommand>(
        _ command: CommandAPDU, as: Command.Type = Command.self
    ) throws(Refusal) -> Command {
        do throws(CommandDecodingError) { return try Command(command) } catch { throw Refusal(error.statusWord) }
    }
}
