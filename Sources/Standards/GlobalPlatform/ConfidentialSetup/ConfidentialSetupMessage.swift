import ISO7816

/// What STORE DATA brings to a security domain that gets keys through the CASD: data groupings.
///
///     3A01 { 7F21 … }                                            the host's certificate
///     3A02 { A6 … } 7F49 { ephemeral point } 5F37 { signature }  key agreement by a host whose certificate was verified
///     00A6 { A6 … } 7F49 { ephemeral point }                     key agreement, scenario #3
///     00A6 { A6 … } 8010 { keys encrypted for the CASD }         push, scenario #2B
///
/// `3A01` and `3A02`: GSMA SGP.02 v4.2 §4.1.3; `00A6`, `7F49`, `8010`: GPC Amendment A v1.1.
public enum ConfidentialSetupMessage: Hashable, Sendable {
    case certificate(SelfDescriptiveCertificate)
    case authenticatedAgreement(KeyEstablishmentTemplate, point: [UInt8], signature: [UInt8])
    case agreement(KeyEstablishmentTemplate, point: [UInt8])
    case encryptedKeys(KeyEstablishmentTemplate, ciphertext: [UInt8])

    private enum Identifier {
        static let certificate: UInt16 = 0x3A01
        static let authenticatedTemplate: UInt16 = 0x3A02
        static let template: UInt16 = 0x00A6
        static let point: UInt16 = 0x7F49
        static let signature: UInt16 = 0x5F37
        static let encryptedKeys: UInt16 = 0x8010
        static let challenge: UInt16 = 0x0085
    }

    /// Longer than a message with RSA-4096 or a certificate of it.
    public static let lengthMax = 1_280

    /// Whether bytes of a STORE DATA begin such a message.
    public static func begins(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2 else { return false }
        let identifier = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        return [Identifier.certificate, Identifier.authenticatedTemplate, Identifier.template].contains(identifier)
    }

    public var groupings: [DataGrouping] {
        switch self {
        case .certificate(let certificate):
            [DataGrouping(Identifier.certificate, certificate.bytes)]
        case .authenticatedAgreement(let template, let point, let signature):
            Self.authenticatedGroupings(template, point) + [DataGrouping(Identifier.signature, signature)]
        case .agreement(let template, let point):
            [DataGrouping(Identifier.template, template.bytes), DataGrouping(Identifier.point, point)]
        case .encryptedKeys(let template, let ciphertext):
            [DataGrouping(Identifier.template, template.bytes), DataGrouping(Identifier.encryptedKeys, ciphertext)]
        }
    }

    private static func authenticatedGroupings(
        _ template: KeyEstablishmentTemplate, _ point: [UInt8]
    ) -> [DataGrouping] {
        [DataGrouping(Identifier.authenticatedTemplate, template.bytes), DataGrouping(Identifier.point, point)]
    }

    /// What the host signs in ``authenticatedAgreement(_:point:signature:)``: both groupings, and the card's challenge
    /// as a third. SGP.02 v4.2 Table 81.
    public static func signedBytes(
        _ template: KeyEstablishmentTemplate, point: [UInt8], challenge: [UInt8]
    ) -> [UInt8] {
        (authenticatedGroupings(template, point) + [DataGrouping(Identifier.challenge, challenge)]).flatMap(\.bytes)
    }

    /// Reads a whole message.
    ///
    /// - Throws: ``CommandDecodingError`` naming the field; a template whose scenario is not the groupings' is refused.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let groupings = try DataGrouping.sequence(bytes)
        let data = groupings.map(\.data)
        switch groupings.map(\.identifier) {
        case [Identifier.certificate]:
            self = .certificate(try SelfDescriptiveCertificate(bytes: data[0]))
        case [Identifier.authenticatedTemplate, Identifier.point, Identifier.signature]:
            let template = try KeyEstablishmentTemplate(bytes: data[0])
            try template.require(isAgreement: true, isAuthenticated: true)
            self = .authenticatedAgreement(template, point: data[1], signature: data[2])
        case [Identifier.template, Identifier.point]:
            let template = try KeyEstablishmentTemplate(bytes: data[0])
            try template.require(isAgreement: true, isAuthenticated: false)
            self = .agreement(template, point: data[1])
        case [Identifier.template, Identifier.encryptedKeys]:
            let template = try KeyEstablishmentTemplate(bytes: data[0])
            try template.require(isAgreement: false, isAuthenticated: false)
            self = .encryptedKeys(template, ciphertext: data[1])
        default:
            throw .invalid(field: "data grouping identifiers", value: [])
        }
    }

    /// The commands that bring it, the last one asking for the answer. P1 of a certificate leaves more to come, as
    /// SGP.02 §4.1.3.1 has it.
    ///
    /// - Parameter blockNumber: P2 of the first one.
    public func commands(
        blockNumber: UInt8 = 0, blockLength: Int = LoadCommand.blockLengthMax
    ) -> [StoreDataCommand] {
        var blocks = StoreDataCommand.blocks(of: groupings, blockLength: blockLength)
        for index in blocks.indices { blocks[index].blockNumber &+= blockNumber }
        blocks[blocks.count - 1].expectsResponse = true
        if case .certificate = self { blocks[blocks.count - 1].isLastBlock = false }
        return blocks
    }

    private static let shapes: [[UInt16]] = [
        [Identifier.certificate],
        [Identifier.authenticatedTemplate, Identifier.point, Identifier.signature],
        [Identifier.template, Identifier.point],
        [Identifier.template, Identifier.encryptedKeys],
    ]

    /// Whether bytes collected so far are the beginning of a message and not yet all of it: a message may take several
    /// STORE DATAs, and data groupings tell their lengths.
    public static func expectsMore(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        var identifiers: [UInt16] = []
        while rest.count >= 3 {
            let head = Array(rest.prefix(5))
            let isLong = head[2] == 0xFF
            guard !isLong || head.count == 5 else { return true }
            let length = isLong ? 5 + Int(head[3]) << 8 + Int(head[4]) : 3 + Int(head[2])
            guard rest.count >= length else { return true }
            identifiers.append(UInt16(head[0]) << 8 | UInt16(head[1]))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty else { return true }
        return shapes.contains { $0.count > identifiers.count && $0.starts(with: identifiers) }
    }
}

extension KeyEstablishmentTemplate {
    fileprivate func require(isAgreement: Bool, isAuthenticated: Bool) throws(CommandDecodingError) {
        guard (scenario != .push) == isAgreement,
            options.contains(.certificateVerificationPrecedes) == isAuthenticated
        else { throw .invalid(field: "scenario", value: []) }
    }
}
