import SeneschalAPI
import Testing

@Suite("The contract of an issuer")
struct IssuerContractTests {
    private let document = OpenAPIDocument(.issuer).value

    @Test("every route stands in its OpenAPI document, once, with its own name")
    func routes() throws {
        let paths = try #require(document["paths"]?.members)
        let listed = paths.flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(listed) == Set(Contract.issuer.routes.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(Set(Contract.issuer.routes.map(\.operationID)).count == Contract.issuer.routes.count)
    }

    @Test("every request and answer has an example that passes its schema", arguments: Contract.issuer.routes)
    func examples(_ route: APIRoute) throws {
        try route.request?.check(try #require(route.request?.example))
        try route.response.check(route.response.example)
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast())
        }
        #expect(inPath == route.parameters.filter { $0.place == .path }.map(\.name))
        #expect(route.method == .post || !route.isMutation)
    }

    @Test("what carries a number, a name, a password or a secret prints as nothing of it")
    func prints() throws {
        let number = "4761739001010010"
        let verification = API.CardholderVerification(
            number: number, expiry: "11/30", cardholderName: "Ada Byron", identityNumber: "110101-1815",
            telephoneNumber: "+44 20 7946 0018", user: "usr")
        let chip = API.ChipAuthorizationRequest(
            transaction: "t", number: number, sequenceNumber: 1, amount: 1, currency: 978, merchant: "m",
            chipData: HexBytes([]))
        let cardholder = API.RegisterCardholderRequest(
            name: "Ada Byron", identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018")
        let password = API.OneTimePasswordRequest(oneTimePassword: "271828")
        let order = API.IssueCardRequest(cardholder: "hld", type: .debit, label: "L", number: number)
        let values: [any WireType] = [verification, chip, cardholder, password, order]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                for secret in [number, "Ada", "110101", "7946", "271828"] { #expect(!text.contains(secret)) }
            }
        }
    }
}
