public import ISO7816

/// The response to INITIALIZE UPDATE. GPC Amendment D v1.2 Table 7-3.
///
///     key diversification data (10) | key version (1) · protocol 03 (1) · i (1) |
///     card challenge (8 or 16) | card cryptogram (8 or 16) | sequence counter (3), when the challenge is pseudo-random
public struct InitializeUpdateResponse: Equatable, Sendable {
    public var keyDiversificationData: [UInt8]
    public var keyVersionNumber: UInt8
    public var implementation: SCP03Implementation
    public var cardChallenge: [UInt8]
    public var cardCryptogram: [UInt8]
    public var sequenceCounter: SequenceCounter?

    init(
        keyDiversificationData: [UInt8], keyVersionNumber: UInt8, implementation: SCP03Implementation,
        cardChallenge: [UInt8], cardCryptogram: [UInt8], sequenceCounter: SequenceCounter?
    ) {
        self.keyDiversificationData = keyDiversificationData
        self.keyVersionNumber = keyVersionNumber
        self.implementation = implementation
        self.cardChallenge = cardChallenge
        self.cardCryptogram = cardCryptogram
        self.sequenceCounter = sequenceCounter
    }

    /// Reads the data field of the response, all of it.
    ///
    /// - Throws: ``InitializeUpdateResponseError``.
    public init(bytes: [UInt8]) throws(InitializeUpdateResponseError) {
        var reader = ByteReader(bytes)
        do {
            keyDiversificationData = try reader.take(KeyDiversification.dataLength, "key diversification data")
            keyVersionNumber = try reader.byte("key version number")
            let identifier = try reader.byte("Secure Channel Protocol identifier")
            guard identifier == Self.protocolIdentifier else {
                throw InitializeUpdateResponseError.protocolNotSupported(identifier)
            }
            let parameter = try reader.byte("Secure Channel Protocol parameter i")
            guard let implementation = SCP03Implementation(rawValue: parameter) else {
                throw InitializeUpdateResponseError.implementationNotSupported(parameter)
            }
            self.implementation = implementation
            cardChallenge = try reader.take(implementation.mode.length, "card challenge")
            cardCryptogram = try reader.take(implementation.mode.length, "card cryptogram")
            if implementation.isPseudoRandom {
                let counter = try reader.take(3, "sequence counter")
                sequenceCounter = SequenceCounter(counter[0], counter[1], counter[2])
            } else {
                sequenceCounter = nil
            }
            try reader.finish()
        } catch let error as ByteLayoutError {
            throw .layout(error)
        } catch let error as InitializeUpdateResponseError {
            throw error
        } catch {
            preconditionFailure("only the two errors above are thrown")
        }
    }

    public var bytes: [UInt8] {
        keyDiversificationData + [keyVersionNumber, Self.protocolIdentifier, implementation.rawValue] + cardChallenge
            + cardCryptogram + (sequenceCounter?.bytes ?? [])
    }

    static let protocolIdentifier: UInt8 = 0x03
}

/// Why some bytes are not an SCP03 response to INITIALIZE UPDATE.
public enum InitializeUpdateResponseError: Error, Equatable, Sendable, CustomStringConvertible {
    case layout(ByteLayoutError)
    /// The card speaks another Secure Channel Protocol.
    case protocolNotSupported(UInt8)
    case implementationNotSupported(UInt8)

    public var description: String {
        switch self {
        case .layout(let error): "\(error)"
        case .protocolNotSupported(let identifier): "the card speaks SCP\([identifier].hex), which was not expected"
        case .implementationNotSupported(let parameter): "SCP03 has no parameter i=\([parameter].hex)"
        }
    }
}
