public import ISO7816

/// What SELECT answers. GPC v2.3.1 §11.9.3.1, Table 11-86; EMV Book 1 §11.3.4.
///
///     6F { 84 AID | A5 { proprietary data } }
public struct FileControlInformation: Hashable, Sendable {
    public var application: AID
    public var proprietary: [BERTLV]

    public init(application: AID, proprietary: [BERTLV]) {
        self.application = application
        self.proprietary = proprietary
    }

    static let templateTag: BERTag = 0x6F
    static let nameTag: BERTag = 0x84
    static let proprietaryTag: BERTag = 0xA5

    /// Reads the response of SELECT.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let template = try BERTLV.commandData(bytes)
        guard template.count == 1, template[0].tag == Self.templateTag else {
            throw .tlv(.missing(Self.templateTag))
        }
        let objects = try BERTLV.commandData(template[0].value)
        guard let name = objects[Self.nameTag] else { throw .tlv(.missing(Self.nameTag)) }
        application = try AID(field: "84", name)
        proprietary = try BERTLV.commandData(objects[Self.proprietaryTag] ?? [])
    }

    public var bytes: [UInt8] {
        BERTLV(
            Self.templateTag, [BERTLV(Self.nameTag, application.bytes), BERTLV(Self.proprietaryTag, proprietary)]
        ).bytes
    }
}

extension FileControlInformation {
    /// An SD's: `73` Security Domain management data, `9F6E` production life cycle data, `9F65` longest data field.
    public static func securityDomain(
        _ application: AID, recognition: CardRecognitionData, productionLifeCycleData: [UInt8] = [],
        commandDataLengthMax: UInt8 = 0xFF
    ) -> FileControlInformation {
        var objects = [recognition.recognitionObject]
        if !productionLifeCycleData.isEmpty { objects.append(BERTLV(0x9F6E, productionLifeCycleData)) }
        objects.append(BERTLV(0x9F65, [commandDataLengthMax]))
        return FileControlInformation(application: application, proprietary: objects)
    }
}
