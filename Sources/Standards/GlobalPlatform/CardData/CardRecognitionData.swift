public import ISO7816

/// What a card says of itself, GET DATA `66`. GPC v2.3.1 §H.2, Table H-1.
///
///     66 { 73 { 06 {globalPlatform 1} | 60 { 06 {globalPlatform 2 v…} } | 63 { 06 {globalPlatform 3} }
///               | 64 { 06 {globalPlatform 4 scp i} } … } }
public struct CardRecognitionData: Hashable, Sendable {
    /// Version of the card specification, such as 2, 3, 1.
    public var specificationVersion: [UInt8]
    public var secureChannels: [SecureChannelProtocol]

    /// One Secure Channel Protocol that the card offers.
    public struct SecureChannelProtocol: Hashable, Sendable {
        /// `03` is SCP03.
        public var identifier: UInt8
        /// The "i" parameter.
        public var implementation: UInt8

        public init(identifier: UInt8, implementation: UInt8) {
            self.identifier = identifier
            self.implementation = implementation
        }
    }

    public init(specificationVersion: [UInt8] = [2, 3, 1], secureChannels: [SecureChannelProtocol]) {
        self.specificationVersion = specificationVersion
        self.secureChannels = secureChannels
    }

    /// {iso(1) member-body(2) country-USA(840) globalPlatform(114283)}.
    static let globalPlatformOID: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B]
    static let cardDataTag: BERTag = 0x66
    public static let recognitionTag: BERTag = 0x73

    /// The `73` object, which SELECT of an SD carries too.
    public var recognitionObject: BERTLV {
        func identifier(_ arcs: [UInt8]) -> BERTLV { BERTLV(0x06, Self.globalPlatformOID + arcs) }
        var objects = [
            identifier([1]), BERTLV(0x60, [identifier([2] + specificationVersion)]), BERTLV(0x63, [identifier([3])]),
        ]
        objects += secureChannels.map { BERTLV(0x64, [identifier([4, $0.identifier, $0.implementation])]) }
        return BERTLV(Self.recognitionTag, objects)
    }

    public var bytes: [UInt8] { BERTLV(Self.cardDataTag, [recognitionObject]).bytes }

    /// Reads the response of GET DATA `66`; objects not listed above are left out.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let card = try BERTLV.commandData(bytes)
        guard card.count == 1, card[0].tag == Self.cardDataTag else { throw .tlv(.missing(Self.cardDataTag)) }
        guard let recognition = try BERTLV.commandData(card[0].value)[Self.recognitionTag] else {
            throw .tlv(.missing(Self.recognitionTag))
        }
        self.init(specificationVersion: [], secureChannels: [])
        for object in try BERTLV.commandData(recognition) {
            switch object.tag {
            case 0x60: specificationVersion = try Self.arcs(object, after: 2)
            case 0x64:
                let arcs = try Self.arcs(object, after: 4)
                guard arcs.count == 2 else { throw .invalid(field: "secure channel protocol", value: arcs) }
                secureChannels.append(SecureChannelProtocol(identifier: arcs[0], implementation: arcs[1]))
            default: break
            }
        }
    }

    private static func arcs(_ object: BERTLV, after arc: UInt8) throws(CommandDecodingError) -> [UInt8] {
        let identifier = try BERTLV.commandData(object.value)[0x06 as BERTag] ?? []
        guard identifier.starts(with: globalPlatformOID + [arc]) else {
            throw .invalid(field: "object identifier in \(object.tag)", value: identifier)
        }
        return Array(identifier.dropFirst(globalPlatformOID.count + 1))
    }
}
