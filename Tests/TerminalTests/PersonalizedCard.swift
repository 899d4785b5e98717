import CardCryptography
import EMV
import ISO7816
import Synchronization
import Terminal

/// A contactless card made of personalization data: it answers as payment applications of both styles do.
final class PersonalizedCard: CardChannel, Sendable {
    struct Application: Sendable {
        var identifier: AID
        var data: PaymentPersonalization
        var priority: UInt8 = 1
        var decision = CryptogramType.online
        var isBlocked = false
        var processingOptionsRefusal: StatusWord?
    }

    private struct State {
        var selected: Int?
        var counter: UInt16 = 0x0041
        var exchanged: [UInt8] = []
        var commands: [CommandAPDU] = []
    }

    /// Changes an answer on its way; `nil` takes the card away. The index counts commands from 0.
    typealias Alteration = @Sendable (_ index: Int, CommandAPDU, ResponseAPDU) -> ResponseAPDU?

    private let applications: [Application]
    private let alteration: Alteration
    private let state = Mutex(State())

    init(_ applications: [Application], alteration: @escaping Alteration = { $2 }) {
        self.applications = applications
        self.alteration = alteration
    }

    var commands: [CommandAPDU] { state.withLock { $0.commands } }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        let answer: ResponseAPDU? = state.withLock { state in
            state.commands.append(command)
            return alteration(state.commands.count - 1, command, process(command, &state))
        }
        guard let answer else { throw CardUnreachable(mayHaveBeenExecuted: true, reason: "out of the field") }
        return answer
    }

    func reset() throws(CardUnreachable) { state.withLock { $0.selected = nil } }

    private func process(_ command: CommandAPDU, _ state: inout State) -> ResponseAPDU {
        switch command.instruction {
        case 0xA4: return select(command.data, &state)
        case 0xA8: return selected(state).map { options($0, command, &state) } ?? ResponseAPDU(0x6985)
        case 0xB2:
            let record = selected(state)?.data.record(command.p1, in: command.p2 >> 3)
            return record.map { ResponseAPDU(.success, data: $0) } ?? ResponseAPDU(0x6A83)
        case 0xAE: return selected(state).map { cryptogram($0, command, &state) } ?? ResponseAPDU(0x6985)
        default: return ResponseAPDU(.instructionNotSupported)
        }
    }

    private func selected(_ state: State) -> Application? { state.selected.map { applications[$0] } }

    private func select(_ name: [UInt8], _ state: inout State) -> ResponseAPDU {
        if name == PaymentDirectory.name.bytes {
            let entries = applications.map { application in
                BERTLV(
                    .applicationTemplate,
                    [
                        BERTLV(.applicationIdentifier, application.identifier.bytes),
                        BERTLV(.applicationPriority, [application.priority]),
                    ])
            }
            return information(PaymentDirectory.name, [BERTLV(.issuerDiscretionaryTemplate, entries)])
        }
        guard let index = applications.firstIndex(where: { $0.identifier.bytes == name }) else {
            return ResponseAPDU(.fileNotFound)
        }
        guard !applications[index].isBlocked else { return ResponseAPDU(0x6283) }
        state.selected = index
        return information(applications[index].identifier, applications[index].data.selectionData)
    }

    private func information(_ name: AID, _ objects: [BERTLV]) -> ResponseAPDU {
        let content = [BERTLV(.dedicatedFileName, name.bytes), BERTLV(.proprietaryTemplate, objects)]
        return ResponseAPDU(.success, data: BERTLV(.fileControlInformation, content).bytes)
    }

    private func options(
        _ application: Application, _ command: CommandAPDU, _ state: inout State
    ) -> ResponseAPDU {
        if let refusal = application.processingOptionsRefusal { return ResponseAPDU(refusal) }
        guard let template = try? BERTLV(bytes: command.data),
            let sent = try? application.data.processingOptionsList.objects(in: template.value)
        else { return ResponseAPDU(.incorrectData) }
        state.counter += 1
        state.exchanged = template.value
        var answer = [
            BERTLV(.applicationInterchangeProfile, application.data.interchangeProfile.bytes),
            BERTLV(.applicationFileLocator, application.data.fileLocator.bytes),
        ]
        if application.data.style == .quick {
            answer += made(application, sent, state.counter)
            if let key = application.data.privateKey {
                let related = FastDynamicDataAuthentication.RelatedData(
                    unpredictableNumber: [9, 9, 9, 9], cardTransactionQualifiers: [0, 0])
                let signature = try? FastDynamicDataAuthentication.sign(
                    transactionCounter: state.counter, Dictionary(sent.map { ($0.tag, $0.value) }) { $1 },
                    relatedData: related, by: key)
                answer += [
                    BERTLV(.cardAuthenticationRelatedData, related.bytes),
                    BERTLV(.signedDynamicApplicationData, signature ?? []),
                ]
            }
        }
        return ResponseAPDU(.success, data: BERTLV(.responseTemplateFormat2, answer).bytes)
    }

    private func cryptogram(
        _ application: Application, _ command: CommandAPDU, _ state: inout State
    ) -> ResponseAPDU {
        guard let list = application.data.cardRiskManagementLists?.first,
            let sent = try? list.objects(in: command.data)
        else { return ResponseAPDU(.wrongLength) }
        var answer = made(application, sent, state.counter)
        if command.p1 & 0x10 != 0, application.decision != .decline, let key = application.data.privateKey {
            let cryptogram = answer[.applicationCryptogram] ?? []
            answer.removeAll { $0.tag == .applicationCryptogram }
            let signature = try? CombinedDataAuthentication.sign(
                cryptogram: cryptogram, dynamicNumber: [1, 2], exchanged: state.exchanged + command.data,
                answer: answer,
                unpredictableNumber: sent[.unpredictableNumber] ?? [], by: key)
            answer.append(BERTLV(.signedDynamicApplicationData, signature ?? []))
        }
        return ResponseAPDU(.success, data: BERTLV(.responseTemplateFormat2, answer).bytes)
    }

    private func made(_ application: Application, _ sent: [BERTLV], _ counter: UInt16) -> [BERTLV] {
        guard let profile = application.data.cryptogram else { return [] }
        var objects = Dictionary(sent.map { ($0.tag, $0.value) }) { $1 }
        objects[.applicationInterchangeProfile] = application.data.interchangeProfile.bytes
        objects[.applicationTransactionCounter] = [UInt8(counter >> 8), UInt8(counter & 0xFF)]
        objects[.issuerApplicationData] = profile.issuerData.bytes
        guard let input = try? CryptogramInput(objects) else { return [] }
        return [
            BERTLV(.cryptogramInformationData, [application.decision.rawValue]),
            BERTLV(.applicationTransactionCounter, objects[.applicationTransactionCounter] ?? []),
            BERTLV(.applicationCryptogram, ApplicationCryptogram.compute(input, cardKey: profile.key)),
            BERTLV(.issuerApplicationData, profile.issuerData.bytes),
        ]
    }
}

/// Accounts and keys of the tests.
enum Fixtures {
    static let visa: AID = "A0000000031010"
    static let mastercard: AID = "A0000000041010"
    /// 2026-11-27 12:00:00 UTC.
    static let now: Int64 = 1_795_780_800
    static let purchase = TerminalData(amount: 1_250, currency: 978, country: 276)
    static let masterKey: TripleDESKey = {
        do { return try TripleDESKey((0..<16).map { UInt8($0 * 7 + 2) }) } catch {
            preconditionFailure("16 bytes are a key: \(error)")
        }
    }()

    static func account(_ digits: String) throws -> PaymentAccount {
        PaymentAccount(
            number: try PrimaryAccountNumber(digits), expiry: CardExpiry(year: 29, month: 12)!, sequenceNumber: 7,
            label: "Test", issuerCountryCode: 276)
    }

    static func quick(_ offline: PaymentAccount.OfflineKeys? = nil) throws -> PaymentPersonalization {
        try .quick(account("4761739001010010"), masterKey: .init(key: masterKey), offline: offline)
    }

    static func chip(_ offline: PaymentAccount.OfflineKeys? = nil) throws -> PaymentPersonalization {
        try .generateCryptogram(account("5413330089010434"), masterKey: .init(key: masterKey), offline: offline)
    }

    /// Of one scheme; keys are made once, because they take a while.
    struct Authority: Sendable {
        let key: CertificationAuthorityKey
        let offline: PaymentAccount.OfflineKeys
    }

    static let visaAuthority = authority(visa, issuer: "476173")
    static let mastercardAuthority = authority(mastercard, issuer: "541333")

    private static func authority(_ application: AID, issuer digits: String) -> Authority {
        let expiry = CardExpiry(year: 30, month: 12)!
        let authority = TestCertificationAuthority.generate(
            registeredIdentifier: application.rid, index: 0x92, expiry: expiry)
        let issuer = authority.issuer(
            privateKey: .generate(bitCount: 1_152, publicExponent: 3), issuerIdentifier: digits, expiry: expiry)
        return Authority(
            key: authority.key,
            offline: .init(issuer: issuer, card: .generate(bitCount: 1_024, publicExponent: 3)))
    }
}
