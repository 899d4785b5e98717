import EMV
import GlobalPlatform
import ISO7816

@testable import FuzzTargets

extension Seeds {
    /// One example of each form at least, and each cut.
    static var paymentData: [[UInt8]] {
        let whole = examples.flatMap { form, examples in examples.map { [form.rawValue] + $0 } }
        return unique(whole + whole.map { Array($0.prefix($0.count * 2 / 3)) })
    }

    private static var examples: [(PaymentDataForm, [[UInt8]])] {
        [
            (.objectList, [UniversalPersonalization.quickProcessingOptions, bytes("910A8A0295059F37049F4C08")]),
            (.fileLocator, [bytes("08010100"), bytes("0801010110010300F0010200")]),
            (.track2, [bytes("6299000000000007D2912201"), bytes("6299000000000007D291220112345F")]),
            (
                .issuerData,
                ["06011203A00000", "1F220103A0000000", "07010103A0000001", "0111A04003220000000000000000000000FF"].map(
                    bytes)
            ),
            (
                .cardRecord,
                [
                    bytes(record + "C30101"),
                    bytes(record + "C210A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5"),
                ]
            ),
            (.cardDeletion, [bytes("C0080102030405060708")]),
            (
                .universalData,
                [
                    bytes("01010C700A5F280202769F0702FF00") + bytes("80001001234567" + "89ABCDEFFEDCBA9876543210")
                        + bytes("9102065004446562699104048202020092000201" + "12")
                        + bytes("A0011100112233445566778899AABBCCDDEEFF01")
                ]
            ),
            (
                .personalization,
                [
                    bytes("010107" + "70059F0702FF00" + "91020650044465626991040A82020000940408010100"),
                    bytes("010107" + "70059F0702FF00" + "800010" + "0123456789ABCDEFFEDCBA9876543210")
                        + bytes("91020C" + "500444656269" + "9F38039F6604" + "91040A82020000940408010100")
                        + bytes("920007" + "06011203000000" + "A01006" + "9F4F039F3602"),
                ]
            ),
            (
                .consumerCode,
                [
                    bytes("8505435056303161134F07A0000000555555500850726F6475637431")
                        + bytes("62155A0812345678901234586409" + "9F260212349F360142"),
                    bytes("850543505630316110" + "4F07A0000000555555" + "63059F36020042"),
                ]
            ),
            (
                .merchantCode,
                [
                    "000201010211151631045555041234565204581253031565802CN5911NOODLE SHOP6008SHANGHAI",
                    "00020126070003ABC5204411153031565406100.505802CN5901A6001B550203570155620501011",
                ].map { Array($0.utf8) }
            ),
            (.signature, [bytes("6A050109080102030405060708BB"), bytes("6A0501")]),
        ]
    }

    private static let record =
        "C0080102030405060708E11780010" + "15A0862990000000000075F24032912315F340112"
        + "500845766572796461799F250200429F241D" + "56303031" + String(repeating: "37", count: 25)

    private static func bytes(_ digits: String) -> [UInt8] {
        do { return try [UInt8](hex: digits) } catch { preconditionFailure("\(digits): \(error)") }
    }
}
