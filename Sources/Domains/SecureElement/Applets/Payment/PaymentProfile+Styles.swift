import CardCryptography
import EMV
import GlobalPlatform
import ISO7816

extension PaymentProfile {
    /// What cryptograms are made with.
    struct Cryptogram: Sendable {
        let key: TripleDESKey
        /// Key index and version; what the card decides is filled in.
        let template: IssuerApplicationData

        /// - Returns: `nil` without a template: then a key is kept and not used.
        /// - Throws: `6A80` for a template without a key of two parts.
        init?(secrets: [UInt16: SecretBytes], template: IssuerApplicationData?) throws(Refusal) {
            guard let template else { return nil }
            guard let keys = secrets[0x8000], keys.count == 16 || keys.count == 48,
                let key = try? TripleDESKey(keys.prefix(16))
            else { throw Refusal(.incorrectData) }
            self.key = key
            self.template = template
        }
    }

    /// How the Application works with a terminal: the personalization decides.
    enum Style: Equatable, Sendable {
        /// Terminals read records, and there is no cryptogram.
        case recordsOnly
        /// The cryptogram comes in the answer to GET PROCESSING OPTIONS. EMV Contactless Book C-3.
        case quick
        /// The cryptogram comes in the answer to GENERATE AC. EMV Book 3; EMV Contactless Book C-2.
        case generateCryptogram
    }

    var style: Style {
        guard cryptogram != nil else { return .recordsOnly }
        return processingOptionsList.contains(.terminalTransactionQualifiers) ? .quick : .generateCryptogram
    }

    /// Tag 9F38; empty when there is none. It was read when it came.
    var processingOptionsList: DataObjectList { list(selectionData[.processingOptionsList]) }

    /// CDOL1 or CDOL2.
    func riskManagementList(isSecond: Bool) -> DataObjectList {
        list(recordObject(isSecond ? .cardRiskManagementList2 : .cardRiskManagementList1))
    }

    /// The list for INTERNAL AUTHENTICATE: 9F49, or the unpredictable number (EMV Book 2 §6.5.1).
    var dynamicAuthenticationList: DataObjectList {
        list(recordObject(.dynamicDataAuthenticationList) ?? [0x9F, 0x37, 0x04])
    }

    /// Tag 9F4F; date, time, amount, currency, type and counter when personalization says nothing.
    var logFormat: DataObjectList {
        list(
            internalObjects[.logFormat]
                ?? [0x9A, 0x03, 0x9F, 0x21, 0x03, 0x9F, 0x02, 0x06, 0x5F, 0x2A, 0x02, 0x9C, 0x01, 0x9F, 0x36, 0x02])
    }

    var interchangeProfile: ApplicationInterchangeProfile {
        ApplicationInterchangeProfile(bytes: processingOptions[.applicationInterchangeProfile] ?? []) ?? []
    }

    private func list(_ bytes: [UInt8]?) -> DataObjectList {
        do {
            return try DataObjectList(bytes: bytes ?? [])
        } catch {
            preconditionFailure("lists are read when they come: \(error)")
        }
    }

    /// The card's key by its primes (8201–8205) or by its exponent (8101, 8103), which fits 3 or 65 537.
    ///
    /// - Returns: `nil` when it is not there whole.
    /// - Throws: `6A80` for numbers that are no key.
    static func cardKey(_ secrets: [UInt16: SecretBytes]) throws(Refusal) -> RSAPrivateKey? {
        let exponents: [[UInt8]] = [[0x03], [0x01, 0x00, 0x01]]
        let key: RSAPrivateKey?
        if let numbers = numbers([0x8205, 0x8204, 0x8203, 0x8202, 0x8201], of: secrets) {
            let remainders = RSAPrivateKey.ChineseRemainderNumbers(
                p: numbers[0], q: numbers[1], exponentP: numbers[2], exponentQ: numbers[3], coefficient: numbers[4])
            key = exponents.lazy.compactMap { try? RSAPrivateKey(remainders, publicExponent: $0) }.first
        } else if let numbers = numbers([0x8103, 0x8101], of: secrets) {
            key =
                exponents.lazy.compactMap {
                    try? RSAPrivateKey(
                        modulus: numbers[0].revealed(), publicExponent: $0, privateExponent: numbers[1])
                }.first
        } else {
            return nil
        }
        guard let key else { throw Refusal(.incorrectData) }
        return key
    }

    /// Numbers of the same length, without the padding that an encryption may have put behind each: the first is a prime
    /// or a modulus, and therefore odd, while padding ends even.
    private static func numbers(_ identifiers: [UInt16], of secrets: [UInt16: SecretBytes]) -> [SecretBytes]? {
        let numbers = identifiers.compactMap { secrets[$0] }
        guard numbers.count == identifiers.count else { return nil }
        let first = numbers[0].revealed()
        guard first.last.map({ $0 & 0x01 == 0 }) ?? false, let end = first.lastIndex(where: { $0 != 0x00 }),
            first[end] == 0x80
        else { return numbers }
        return numbers.map { $0.prefix($0.count - (first.count - end)) }
    }

    /// What each style needs, before it is accepted: the lists of GENERATE AC, and answers that fit.
    func checkStyle() throws(Refusal) {
        for tag: BERTag in [.cardRiskManagementList1, .cardRiskManagementList2, .dynamicDataAuthenticationList] {
            guard let bytes = recordObject(tag), style == .generateCryptogram || tag.rawValue > 0xFF else { continue }
            guard (try? DataObjectList(bytes: bytes)) != nil else { throw Refusal(.incorrectData) }
        }
        switch style {
        case .recordsOnly: return
        case .quick:
            guard quickAnswerLengthMax <= Self.responseLengthMax else { throw Refusal(.incorrectData) }
        case .generateCryptogram:
            guard recordObject(.cardRiskManagementList1) != nil, recordObject(.cardRiskManagementList2) != nil,
                combinedAnswerLengthMax <= Self.responseLengthMax
            else { throw Refusal(.incorrectData) }
        }
    }

    /// A short response.
    private static let responseLengthMax = 256

    private var signatureLength: Int { cardKey.map { $0.publicKey.blockLength } ?? 0 }

    /// 77 { 82, 94, 57, 5F34, 9F10, 9F26, 9F27, 9F36, 9F6C, 9F69, 9F4B }
    private var quickAnswerLengthMax: Int {
        let account = [BERTag.track2EquivalentData, .sequenceNumber].compactMap { tag in
            recordObject(tag).map { BERTLV(tag, $0) }
        }
        let rest: [(BERTag, Int)] = [
            (.issuerApplicationData, cryptogram?.template.bytes.count ?? 0), (.applicationCryptogram, 8),
            (.cryptogramInformationData, 1), (.applicationTransactionCounter, 2), (.cardTransactionQualifiers, 2),
            (.cardAuthenticationRelatedData, 7), (.signedDynamicApplicationData, signatureLength),
        ]
        return Self.length(processingOptions + account, rest)
    }

    /// 77 { 9F27, 9F36, 9F4B, 9F10 }
    private var combinedAnswerLengthMax: Int {
        Self.length(
            [],
            [
                (.cryptogramInformationData, 1), (.applicationTransactionCounter, 2),
                (.signedDynamicApplicationData, max(signatureLength, 8)),
                (.issuerApplicationData, cryptogram?.template.bytes.count ?? 0),
            ])
    }

    private static func length(_ objects: [BERTLV], _ others: [(BERTag, Int)]) -> Int {
        BERTLV(
            .responseTemplateFormat2, objects + others.map { BERTLV($0.0, [UInt8](repeating: 0, count: $0.1)) }
        ).bytes.count
    }
}
