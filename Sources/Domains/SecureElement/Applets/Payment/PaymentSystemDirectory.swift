import EMV
import GlobalPlatform
import ISO7816

/// PSE, `1PAY.SYS.DDF01`: the directory of payment Applications in records, as terminals with contacts read it. Phones
/// have none; tools start with it. EMV Book 1 §12.2.
struct PaymentSystemDirectory: StoredApplet {
    /// 6F { 84 name, A5 { 88 SFI of the directory, 5F2D language, 9F11 code table } }
    func fileControlInformation(for application: AID, _ environment: AppletEnvironment) -> [UInt8] {
        let content = [
            BERTLV(0x88, [Self.shortFileIdentifier]), BERTLV(.languagePreference, Array("en".utf8)),
            BERTLV(.issuerCodeTableIndex, [0x01]),
        ]
        return BERTLV(
            .fileControlInformation,
            [BERTLV(.dedicatedFileName, application.bytes), BERTLV(.proprietaryTemplate, content)]
        ).bytes
    }

    static let shortFileIdentifier: UInt8 = 0x01

    mutating func process(
        _ command: CommandAPDU, _ environment: AppletEnvironment, _ working: inout WorkingMemory
    ) -> ResponseAPDU {
        guard command.appletInstruction == 0x00B2 else { return ResponseAPDU(.instructionNotSupported) }
        do throws(Refusal) {
            let (file, number) = try command.recordAddress()
            let records = Self.records(environment.contactless.map(\.directoryEntry))
            guard file == Self.shortFileIdentifier, number > 0, Int(number) <= records.count else {
                throw Refusal(.recordNotFound)
            }
            return ResponseAPDU(.success, data: records[Int(number) - 1])
        } catch {
            return ResponseAPDU(error.statusWord)
        }
    }

    /// 70 { 61 … }, as many entries in each as fit, the highest priority first.
    private static func records(_ entries: [BERTLV]) -> [[UInt8]] {
        var records: [[UInt8]] = []
        var rest = entries[...]
        while !rest.isEmpty {
            let record = Array(rest).longestPrefix {
                BERTLV(.recordTemplate, $0).bytes.count <= PaymentProfile.recordLengthMax
            }
            records.append(BERTLV(.recordTemplate, record).bytes)
            rest = rest.dropFirst(record.count)
        }
        return records
    }

    mutating func beginPersonalization() {}

    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        throw Refusal(.conditionsOfUseNotSatisfied)
    }

    var contactlessOffer: ContactlessOffer? { nil }
}

// MARK: - State

extension PaymentSystemDirectory {
    var persistentState: [BERTLV] { [] }

    init(persistentState: [BERTLV]) throws(AppletStateError) {
        try AppletStateReader(persistentState).finish()
    }
}
