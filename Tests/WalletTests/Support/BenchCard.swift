import CardCryptography
import EMV
import ISO7816

@testable import Wallet

/// A secure element's part of a payment, computed from the keys that the vault personalized it with.
struct BenchCard {
    let instanceKey: SecretBytes
    let share: SecretBytes?

    init(_ credential: Credential, _ bench: WalletBench, type: UniversalCardType? = nil) async throws {
        instanceKey = try await bench.vault.instanceKey(
            on: credential.secureElement, type: type ?? credential.type)
        share =
            credential.mode == .universalIdentifier ? nil : try await bench.vault.keyShare(of: credential.id)
    }

    init(instanceKey: SecretBytes, share: SecretBytes?) {
        self.instanceKey = instanceKey
        self.share = share
    }

    /// The data objects of a transaction at the bench's noon, and the request that comes of them.
    func payment(
        _ token: Token, counter: UInt16 = 1, amount: Int64 = 1_999, transaction: String = "t-1",
        change: (inout [BERTag: [UInt8]]) -> Void = { _ in }
    ) throws -> PaymentRequest {
        var objects: [BERTag: [UInt8]] = [
            .amountAuthorized: Self.digits(amount, bytes: 6), .amountOther: [0, 0, 0, 0, 0, 0],
            .terminalCountryCode: [0x02, 0x76], .terminalVerificationResults: [0, 0, 0, 0, 0],
            .transactionCurrencyCode: [0x09, 0x78], .transactionDate: [0x26, 0x11, 0x27], .transactionType: [0x00],
            .unpredictableNumber: [0x12, 0x00, 0x00, 0x5A], .applicationInterchangeProfile: [0x20, 0x00],
            .applicationTransactionCounter: [UInt8(counter >> 8), UInt8(counter & 0xFF)],
            .issuerApplicationData: [0x06, 0x01, 0x12, 0x03, 0xA0, 0x00, 0x00],
            .transactionTime: [0x12, 0x00, 0x00],
        ]
        change(&objects)
        return PaymentRequest(
            acquirer: AcquirerName("quay-acquiring")!,  // a well-formed name
            transaction: transaction, function: token.function, token: token.number,
            sequenceNumber: token.sequenceNumber, expiry: token.expiry, amount: amount, currency: 978,
            merchant: "Corner Shop", cryptogram: try cryptogram(token, objects), objects: objects)
    }

    func cryptogram(_ token: Token, _ objects: [BERTag: [UInt8]]) throws -> [UInt8] {
        var master = instanceKey.revealed()
        if let share { master = zip(master, share.revealed()).map { $0 ^ $1 } }
        let key = CardKeys.optionA(
            master: try TripleDESKey(master), number: token.number.accountNumber,
            sequenceNumber: token.sequenceNumber)
        return ApplicationCryptogram.compute(try CryptogramInput(objects), cardKey: key)
    }

    /// Format n.
    static func digits(_ number: Int64, bytes: Int) -> [UInt8] {
        var (rest, result) = (number, [UInt8](repeating: 0, count: bytes))
        for index in result.indices.reversed() {
            result[index] = UInt8((rest / 10 % 10) << 4 | rest % 10)
            rest /= 100
        }
        return result
    }
}
