import CardCryptography
import EMV
import ISO7816

extension PaymentApplication {
    /// GENERATE AC: P1 b8–b7 is the cryptogram that the terminal wants, b5 whether it is to be signed too. The card gives
    /// what is asked for, but declines when the issuer's answer is not the issuer's. EMV Book 3 §6.5.5.
    ///
    ///     first    the values for CDOL1; a TC or AAC ends the transaction, an ARQC leaves it open
    ///     second   the values for CDOL2: TC or AAC
    mutating func generateCryptogram(
        _ command: CommandAPDU, _ profile: PaymentProfile, _ environment: AppletEnvironment,
        _ working: inout WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard command.p2 == 0x00, command.p1 & 0x2F == 0, let wanted = CryptogramType(informationData: command.p1)
        else { throw Refusal(.incorrectParameters) }
        guard profile.style == .generateCryptogram, var transaction = working.transaction, !transaction.isComplete,
            let cryptogram = profile.cryptogram
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let list = profile.riskManagementList(isSecond: transaction.request != nil)
        guard command.data.count == list.totalLength else { throw Refusal(.wrongLength) }
        guard transaction.request == nil || wanted != .online else { throw Refusal(.conditionsOfUseNotSatisfied) }

        let objects = Self.objects(of: transaction, command.data, profile)
        let issuer = transaction.request.map { issuerVerdict(objects, $0, cryptogram) } ?? .silent
        let type: CryptogramType = issuer == .wrong ? .decline : wanted
        let issuerData =
            transaction.request == nil
            ? cryptogram.template.deciding(first: type) : cryptogram.template.deciding(first: .online, second: type)
        let value = try Self.cryptogram(objects, profile, cryptogram.key, issuerData, transactionCounter)
        let exchanged = transaction.processingOptionsData + (transaction.request?.data ?? []) + command.data
        let answer = try proof(
            value, type, issuerData, isSigned: command.p1 & 0x10 != 0, exchanged, objects, profile, environment)

        if issuer == .right { lastOnlineCounter = transactionCounter }
        if transaction.request == nil { log(objects, type, transactionCounter) }
        transaction.isComplete = type != .online
        transaction.request = .init(data: command.data, cryptogram: value)
        working.transaction = transaction
        return BERTLV(.responseTemplateFormat2, answer).bytes
    }

    /// What the terminal said so far; later values count.
    private static func objects(
        of transaction: PaymentTransaction, _ data: [UInt8], _ profile: PaymentProfile
    ) -> [BERTag: [UInt8]] {
        var said = [(profile.processingOptionsList, transaction.processingOptionsData)]
        if let request = transaction.request {
            said.append((profile.riskManagementList(isSecond: false), request.data))
        }
        said.append((profile.riskManagementList(isSecond: transaction.request != nil), data))
        return said.reduce(into: [:]) { objects, part in
            for object in (try? part.0.objects(in: part.1)) ?? [] { objects[object.tag] = object.value }
        }
    }

    /// 77 { 9F27, 9F36, 9F26, 9F10 }, or with combined data authentication 77 { 9F27, 9F36, 9F4B, 9F10 }, where the
    /// cryptogram is inside the signature. A decline is not signed (EMV Book 2 §6.6).
    private func proof(
        _ cryptogram: [UInt8], _ type: CryptogramType, _ issuerData: IssuerApplicationData, isSigned: Bool,
        _ exchanged: [UInt8], _ objects: [BERTag: [UInt8]], _ profile: PaymentProfile, _ environment: AppletEnvironment
    ) throws(Refusal) -> [BERTLV] {
        let head = [
            BERTLV(.cryptogramInformationData, [type.rawValue]),
            BERTLV(.applicationTransactionCounter, transactionCounter.bigEndianBytes),
        ]
        let tail = [BERTLV(.issuerApplicationData, issuerData.bytes)]
        guard isSigned, type != .decline, let key = profile.cardKey,
            profile.interchangeProfile.contains(.combinedDataAuthentication)
        else { return head + [BERTLV(.applicationCryptogram, cryptogram)] + tail }
        guard let number = objects[.unpredictableNumber] else { throw Refusal(.conditionsOfUseNotSatisfied) }
        do {
            let signature = try CombinedDataAuthentication.sign(
                cryptogram: cryptogram, dynamicNumber: environment.random.bytes(8), exchanged: exchanged,
                answer: head + tail, unpredictableNumber: number, by: key)
            return head + [BERTLV(.signedDynamicApplicationData, signature)] + tail
        } catch {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }

    /// What the second GENERATE AC brings of the issuer.
    private enum IssuerVerdict { case silent, right, wrong }

    /// Tag 91 of method 1: response cryptogram (8) | response code (2); zeros when the issuer was not reached.
    /// EMV Book 2 §8.2.1.
    private func issuerVerdict(
        _ objects: [BERTag: [UInt8]], _ request: PaymentTransaction.Request, _ cryptogram: PaymentProfile.Cryptogram
    ) -> IssuerVerdict {
        guard let data = objects[.issuerAuthenticationData], data.contains(where: { $0 != 0 }) else { return .silent }
        guard data.count >= 10 else { return .wrong }
        let expected = AuthorizationResponseCryptogram.method1(
            key: cryptogram.template.version.responseKey(
                card: cryptogram.key, transactionCounter: transactionCounter),
            cryptogram: request.cryptogram, responseCode: Array(data[8..<10]))
        return AuthorizationResponseCryptogram.isValid(Array(data.prefix(8)), expected: expected) ? .right : .wrong
    }

    /// INTERNAL AUTHENTICATE: the card signs the values for the DDOL, 77 { 9F4B }. EMV Book 2 §6.5; Book 3 §6.5.9.
    func authenticate(
        _ command: CommandAPDU, _ profile: PaymentProfile, _ environment: AppletEnvironment,
        _ working: WorkingMemory
    ) throws(Refusal) -> [UInt8] {
        guard command.parameters == 0x0000 else { throw Refusal(.incorrectParameters) }
        guard working.transaction != nil, let key = profile.cardKey,
            profile.interchangeProfile.contains(.dynamicDataAuthentication)
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        guard command.data.count == profile.dynamicAuthenticationList.totalLength else { throw Refusal(.wrongLength) }
        let signature = DynamicDataAuthentication.sign(
            dynamicNumber: environment.random.bytes(8), terminalData: command.data, by: key)
        return BERTLV(.responseTemplateFormat2, [BERTLV(.signedDynamicApplicationData, signature)]).bytes
    }
}
