import ISO7816

/// The response to INITIALIZE UPDATE of a card that speaks SCP02. GPC v2.3.1 §E.5.1.3, Table E-7.
///
///     key diversification data (10) | key version (1) · protocol 02 (1) | sequence counter (2) | card challenge (6) |
///     card cryptogram (8)
public struct SCP02InitializeUpdateResponse: Equatable, Sendable {
    public var keyDiversificationData: [UInt8]
    public var keyVersionNumber: UInt8
    public var sequenceCounter: SCP02SequenceCounter
    public var cardChallenge: [UInt8]
    public var cardCryptogram: [UInt8]

    init(
        keyDiversificationData: [UInt8], keyVersionNumber: UInt8, sequenceCounter: SCP02SequenceCounter,
        cardChallenge: [UInt8], cardCryptogram: [UInt8]
    ) {
        self.keyDiversificationData = keyDiversificationData
        self.keyVersionNumber = keyVersionNumber
        self.sequenceCounter = sequenceCounter
        self.cardChallenge = cardChallenge
        self.cardCryptogram = cardCryptogram
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
            let counter = try reader.take(2, "sequence counter")
            sequenceCounter = SCP02SequenceCounter(counter[0], counter[1])
            cardChallenge = try reader.take(6, "card challenge")
            cardCryptogram = try reader.take(8, "card cryptogram")
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
        keyDiversificationData + [keyVersionNumber, Self.protocolIdentifier] + sequenceCounter.bytes + cardChallenge
            + cardCryptogram
    }

    static let protocolIdentifier: UInt8 = 0x02
}
