public import ISO7816

/// The answer to SELECT of a purse: `6F { 84 AID, A5 { 50 label, 9F08 version, 9F0C application data } }`.
public struct PurseSelection: Hashable, Sendable {
    public var application: AID
    /// Content of template A5, without the application data.
    public var objects: [BERTLV]
    /// Absent in a card that shows them in file 15 alone.
    public var applicationData: PurseApplicationData?

    public static let applicationDataTag: BERTag = 0x9F0C
    public static let versionTag: BERTag = 0x9F08
    /// The label of JT/T 978.
    public static let transportLabel = "MOT_T_EP"

    public init(_ application: AID, objects: [BERTLV], applicationData: PurseApplicationData?) {
        self.application = application
        self.objects = objects
        self.applicationData = applicationData
    }

    /// - Throws: ``BERTLVDecodingError`` for an answer of another form.
    public init(answer: [UInt8]) throws(BERTLVDecodingError) {
        let information = try BERTLV(bytes: answer)
        guard information.tag == 0x6F else { throw .unexpectedTag(information.tag, expected: 0x6F) }
        let content = try information.children()
        guard let name = content.first(where: { $0.tag == 0x84 }), let application = try? AID(name.value) else {
            throw .missing(0x84)
        }
        self.application = application
        var objects = try content.first { $0.tag == 0xA5 }?.children() ?? []
        let data = objects.first { $0.tag == Self.applicationDataTag }
        objects.removeAll { $0.tag == Self.applicationDataTag }
        applicationData = data.flatMap { try? PurseApplicationData($0.value) }
        self.objects = objects
    }

    public var bytes: [UInt8] {
        let data = applicationData.map { [BERTLV(Self.applicationDataTag, $0.bytes)] } ?? []
        return BERTLV(0x6F, [BERTLV(0x84, application.bytes), BERTLV(0xA5, objects + data)]).bytes
    }
}
