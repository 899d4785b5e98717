import GlobalPlatform
import ISO7816

extension SecureElement {
    /// SELECT by name: whole, partial, next occurrence; an empty name is the issuer security domain. GPC v2.3.1 §11.9.
    mutating func select(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        if memory.rules.hasFileSystem, command.p1 != 0x04 { return try selectFile(command) }
        let select = try decode(command, as: SelectCommand.self)
        guard let aid = find(select, on: channel) else { throw Refusal(.fileNotFound) }
        channels[channel] = LogicalChannel(selected: aid)
        let data = select.answersNothing ? [] : fileControlInformation(of: aid)
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

    private func fileControlInformation(of aid: AID) -> [UInt8] {
        guard let application = memory.application(aid) else { return [] }
        switch application.content {
        case .securityDomain:
            return FileControlInformation.securityDomain(
                aid, recognition: cardRecognitionData
            ).bytes
        case .applet(let applet):
            return applet.code.fileControlInformation(for: aid, environment)
        }
    }

    /// MANAGE CHANNEL: opens a supplementary channel with its implicitly selected Application, or closes one.
    /// GPC v2.3.1 §11.7.
    mutating func manageChannel(_ command: CommandAPDU, on channel: Int) throws(Refusal) -> ResponseAPDU {
        guard memory.lifeCycle != .cardLocked else { throw Refusal(.functionNotSupported) }
        switch try decode(command, as: ManageChannelCommand.self) {
        case .open(let wanted):
            let number: Int
            if let wanted {
                guard Int(wanted) < channels.count else { throw Refusal(.functionNotSupported) }
                guard channels[Int(wanted)] == nil else { throw Refusal(.conditionsOfUseNotSatisfied) }
                number = Int(wanted)
            } else {
                guard let free = channels.firstIndex(of: nil) else { throw Refusal(.functionNotSupported) }
                number = free
            }
            channels[number] = LogicalChannel(selected: memory.implicitlySelected(on: number))
            return ResponseAPDU(.success, data: wanted == nil ? [UInt8(number)] : [])
        case .close(let number):
            guard Int(number) < channels.count else { throw Refusal(.functionNotSupported) }
            guard channels[Int(number)] != nil else { throw Refusal(.logicalChannelNotSupported) }
            channels[Int(number)] = nil
            return ResponseAPDU(.success)
        }
    }

    /// Reads a command of the card specification, or refuses it with the status word that the error stands for.
    func decode<Command: GlobalPlatformCommand>(
        _ command: CommandAPDU, as: Command.Type = Command.self
    ) throws(Refusal) -> Command {
        do throws(CommandDecodingError) { return try Command(command) } catch { throw Refusal(error.statusWord) }
    }
}
