import SeneschalAPI
import Testing

@Suite("The contract of a merchant platform")
struct MerchantsContractTests {
    private let document = OpenAPIDocument(.merchants).value

    @Test("every route stands in its OpenAPI document, once, with its own name")
    func routes() throws {
        let paths = try #require(document["paths"]?.members)
        let listed = paths.flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(listed) == Set(Contract.merchants.routes.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(Set(Contract.merchants.routes.map(\.operationID)).count == Contract.merchants.routes.count)
    }

    @Test("every request and answer has an example that passes its schema", arguments: Contract.merchants.routes)
    func examples(_ route: APIRoute) throws {
        try route.request?.check(try #require(route.request?.example))
        try route.response.check(route.response.example)
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast())
        }
        #expect(inPath == route.parameters.filter { $0.place == .path }.map(\.name))
        #expect(route.method == .post || !route.isMutation)
    }

    @Test("XFER-04 no request has a member for a payer's credential")
    func noCredentials() {
        let words = ["pin", "password", "cvv", "pan", "cardnumber", "devicekey", "passphrase", "payer"]
        for route in Contract.merchants.routes {
            guard case .object(let members, _)? = route.request?.shape else { continue }
            for member in members { #expect(!words.contains(member.name.lowercased()), "\(route.path)") }
        }
    }

    @Test("RWD-07 sharing is a resource of its own: there are no messages between users to share in")
    func sharing() {
        let paths = Set(Contract.merchants.routes.map(\.path))
        #expect(paths.contains("/merchant/v1/offers/{offer}/shares"))
        #expect(!paths.contains { $0.contains("chat") || $0.contains("message") })
    }

    @Test("what carries a secret prints as nothing of it")
    func prints() {
        let secret = String(repeating: "a1", count: 32)
        let user = API.PlatformUser(
            user: "usr", name: "ada", registeredAt: Timestamp(secondsSince1970: 0))
        let values: [any WireType] = [
            API.RegisteredPlatformUser(user: user, secret: secret),
            API.RewardLink(link: "https://plaza.example/r/\(secret)"),
            API.CouponPresentation(
                code: secret, coupon: "cpn", firstUser: "usr", expiresAt: Timestamp(secondsSince1970: 0)),
            API.RewardNotification(reward: "rwd", link: secret, expiresAt: Timestamp(secondsSince1970: 0)),
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] { #expect(!text.contains(secret)) }
        }
    }
}
