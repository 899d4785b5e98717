public import EMV
public import ISO7816

/// The secure element of the device as its wallet uses it, by wire: who it is, which cards lie in it, and paying without a
/// terminal.
///
/// Every use has a logical channel of its own, so that it disturbs neither the agent's secure channel nor a terminal in
/// the field.
public struct WalletSecureElement: Sendable {
    private let card: any CardChannel
    /// The universal instances, by type: what their AIDs begin with.
    private let instances: [(type: Int, prefix: AID)]

    /// UnionPay's debit and credit applications.
    public static let universalInstances: [(type: Int, prefix: AID)] = [
        (1, "A000000333010101"), (2, "A000000333010102"),
    ]

    /// Records of one universal instance, at most.
    static let recordsMax = 32

    /// - Parameter card: the wired interface.
    public init(_ card: any CardChannel, instances: [(type: Int, prefix: AID)] = Self.universalInstances) {
        self.card = card
        self.instances = instances
    }

    /// The card image number, in hex: what the wallet and the central TSM know the secure element by.
    /// GPC v2.3.1 §11.3, tag 45.
    public func name() async throws(SecureElementError) -> String {
        try await onChannel { channel throws(SecureElementError) in
            try await channel.select([])
            let answer = try await channel.send(CommandAPDU(0x80, 0xCA, 0x00, 0x45, expectedLength: 256))
            guard let object = try? BERTLV(bytes: answer), object.tag == 0x45, !object.value.isEmpty else {
                throw .malformed(.missing(0x45))
            }
            return object.value.hex
        }
    }

    /// All cards of both universal instances. One that has not been made yet holds none.
    public func cards() async throws(SecureElementError) -> [DeviceCard] {
        try await onChannel { channel throws(SecureElementError) in
            var cards: [DeviceCard] = []
            for (type, prefix) in instances {
                do throws(SecureElementError) {
                    try await channel.select(prefix.bytes)
                } catch .refused(.fileNotFound) {
                    continue
                }
                for number in 1...UInt8(Self.recordsMax) {
                    let command = CommandAPDU(0x00, 0xB2, number, 30 << 3 | 0x04, expectedLength: 256)
                    let response = try await channel.exchange(command)
                    // Record not found: that was the last one.
                    if response.statusWord == 0x6A83 { break }
                    guard response.statusWord == .success else { throw .refused(response.statusWord) }
                    do throws(CardAnswerError) {
                        cards.append(try DeviceCard(record: response.data, type: type))
                    } catch {
                        throw .malformed(error)
                    }
                }
            }
            return cards
        }
    }

    /// The type whose chosen card terminals see first, as PPSE lists the applications; `nil` when it lists none of ours.
    public func firstType() async throws(SecureElementError) -> Int? {
        try await onChannel { channel throws(SecureElementError) in
            let answer = try await channel.send(.selectPaymentApplication(PaymentDirectory.name))
            let directory: PaymentDirectory
            do throws(CardAnswerError) {
                directory = try PaymentDirectory(answer: answer)
            } catch {
                throw .malformed(error)
            }
            return directory.byPriority.lazy.compactMap { entry in
                instances.first { entry.application.hasPrefix($0.prefix.bytes) }?.type
            }.first
        }
    }

    /// CHOOSE CARD: from now on terminals reach this one first, and the chosen card of another type after it. `nil` for none
    /// of the type.
    public func choose(_ reference: UniversalCardReference?, type: Int) async throws(SecureElementError) {
        try await onInstance(type) { channel throws(SecureElementError) in
            _ = try await channel.send(CommandAPDU(0x80, 0xD0, 0x00, 0x01, data: reference?.bytes ?? []))
        }
        for (other, _) in instances where other != type {
            try await onInstance(other) { channel throws(SecureElementError) in
                // The choice stays as it is; the rank goes down.
                _ = try await channel.send(CommandAPDU(0x80, 0xD0, 0x01, 0x02))
            }
        }
    }

    /// CONFIRM CONSUMER: the device has verified its owner, for the next transaction of this type only.
    public func confirmConsumer(type: Int) async throws(SecureElementError) {
        try await onInstance(type) { channel throws(SecureElementError) in
            _ = try await channel.send(CommandAPDU(0x80, 0xD2, 0x00, 0x00))
        }
    }

    /// GENERATE CRYPTOGRAM: a payment without a terminal. With `isConfirmed` the owner's verification goes with it.
    public func generateCryptogram(
        _ purchase: RemotePurchase, with reference: UniversalCardReference, type: Int, isConfirmed: Bool
    ) async throws(SecureElementError) -> RemoteCryptogram {
        try await onInstance(type) { channel throws(SecureElementError) in
            if isConfirmed { _ = try await channel.send(CommandAPDU(0x80, 0xD2, 0x00, 0x00)) }
            let data = reference.bytes + [purchase.function.code] + purchase.cardObjects
            let answer = try await channel.send(CommandAPDU(0x80, 0xAE, 0x80, 0x00, data: data, expectedLength: 256))
            do throws(CardAnswerError) {
                return try RemoteCryptogram(purchase, application: channel.application, answer: answer)
            } catch {
                throw .malformed(error)
            }
        }
    }
}

/// Why the secure element did not do it.
public enum SecureElementError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreachable(CardUnreachable)
    case refused(StatusWord)
    /// The answer cannot be used.
    case malformed(CardAnswerError)
    /// There is no universal instance of this type.
    case noInstance(type: Int)

    public var description: String {
        switch self {
        case .unreachable(let error): "the secure element cannot be reached: \(error)"
        case .refused(let status): "the secure element answered \(status)"
        case .malformed(let error): "the secure element's answer cannot be used: \(error)"
        case .noInstance(let type): "the secure element has no universal instance of type \(type)"
        }
    }
}

// MARK: - Logical channels

extension WalletSecureElement {
    private func onInstance<Value: Sendable>(
        _ type: Int, _ body: (inout LogicalChannel) async throws(SecureElementError) -> Value
    ) async throws(SecureElementError) -> Value {
        guard let prefix = instances.first(where: { $0.type == type })?.prefix else { throw .noInstance(type: type) }
        return try await onChannel { channel throws(SecureElementError) in
            try await channel.select(prefix.bytes)
            return try await body(&channel)
        }
    }

    private func onChannel<Value: Sendable>(
        _ body: (inout LogicalChannel) async throws(SecureElementError) -> Value
    ) async throws(SecureElementError) -> Value {
        var channel = try await LogicalChannel(opening: card)
        let result: Result<Value, SecureElementError>
        do { result = .success(try await body(&channel)) } catch { result = .failure(error) }
        await channel.close()
        return try result.get()
    }
}

/// A supplementary logical channel to the card. ISO/IEC 7816-4 §7.1.2.
private struct LogicalChannel {
    private let card: any CardChannel
    private let number: UInt8
    private(set) var application: AID?

    /// MANAGE CHANNEL, open the next one that is free.
    init(opening card: any CardChannel) async throws(SecureElementError) {
        self.card = card
        let response: ResponseAPDU
        do {
            response = try await card.transmit(CommandAPDU(0x00, 0x70, 0x00, 0x00, expectedLength: 1))
        } catch {
            throw .unreachable(error)
        }
        guard response.statusWord == .success else { throw .refused(response.statusWord) }
        guard response.data.count == 1, (1...19).contains(response.data[0]) else { throw .malformed(.tooMany) }
        number = response.data[0]
    }

    /// A channel that cannot be closed ends with the card's power.
    func close() async {
        _ = try? await card.transmit(CommandAPDU(0x00, 0x70, 0x80, number))
    }

    func exchange(_ command: CommandAPDU) async throws(SecureElementError) -> ResponseAPDU {
        var command = command
        guard let classByte = command.classByte.on(channel: Int(number)) else {
            preconditionFailure("the number of a channel is 1 to 19")
        }
        command.classByte = classByte
        do { return try await card.transmitCollecting(command) } catch { throw .unreachable(error) }
    }

    /// Sends a command that has to succeed.
    func send(_ command: CommandAPDU) async throws(SecureElementError) -> [UInt8] {
        let response = try await exchange(command)
        guard response.statusWord == .success else { throw .refused(response.statusWord) }
        return response.data
    }

    mutating func select(_ name: [UInt8]) async throws(SecureElementError) {
        let answer = try await send(CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: name, expectedLength: 256))
        guard let information = try? BERTLV(bytes: answer), let objects = try? information.children(),
            let bytes = objects[.dedicatedFileName], let application = try? AID(bytes)
        else { throw .malformed(.missing(.dedicatedFileName)) }
        self.application = application
    }
}
