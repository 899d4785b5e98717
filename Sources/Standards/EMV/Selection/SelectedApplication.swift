public import ISO7816

/// What an application says when it is selected. EMV Book 1 §11.3.4; EMV Contactless Book B §3.3.3.
///
///     6F { 84 AID, A5 { 50 label, 87 priority, 9F38 PDOL, … } }
public struct SelectedApplication: Hashable, Sendable {
    /// Tag 84.
    public let application: AID
    /// Tag 50.
    public let label: String?
    /// What GET PROCESSING OPTIONS is to be told (tag 9F38); empty when nothing.
    public let processingOptionsList: DataObjectList

    /// Reads the answer to SELECT.
    ///
    /// - Throws: ``CardAnswerError``.
    public init(answer: [UInt8]) throws(CardAnswerError) {
        let information = try CardAnswer.template(.fileControlInformation, in: answer)
        guard let name = information[.dedicatedFileName] else { throw .missing(.dedicatedFileName) }
        do { application = try AID(name) } catch { throw .invalid(.dedicatedFileName) }
        let proprietary = try CardAnswer.children(of: .proprietaryTemplate, in: information)
        label = proprietary[.applicationLabel].map { String(decoding: $0, as: UTF8.self) }
        do {
            processingOptionsList = try DataObjectList(bytes: proprietary[.processingOptionsList] ?? [])
        } catch {
            throw .list(error)
        }
    }

    /// GET PROCESSING OPTIONS with the values that the application asks for. EMV Book 3 §6.5.8.
    public func getProcessingOptions(_ objects: [BERTag: [UInt8]]) -> CommandAPDU {
        let template = BERTLV(.commandTemplate, processingOptionsList.values(from: objects))
        return CommandAPDU(0x80, 0xA8, 0x00, 0x00, data: template.bytes, expectedLength: 256)
    }
}
