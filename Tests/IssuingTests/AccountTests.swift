import EMV
import Issuing
import Testing

@Suite("Cardholders and cards")
struct AccountTests {
    @Test("a card's number is of the issuer's range, sixteen digits, with its check digit, and no other card's")
    func numbers() async throws {
        let harbour = try await Harbour()
        var numbers: Set<String> = []
        for _ in 0..<200 {
            let number = try PrimaryAccountNumber(try await harbour.card().number)
            #expect(number.count == 16 && number.hasPrefix(Harbour.bin))
            numbers.insert(number.revealed())
        }
        #expect(numbers.count == 200)
    }

    @Test("an issuer's range never touches those of payment tokens", arguments: ["62990000", "629900", "62990099"])
    func tokenRanges(_ range: String) {
        #expect(throws: IssuingError.invalid(field: "bin", reason: "\(range) overlaps the ranges of payment tokens")) {
            try IssuerProfile(name: "harbour-bank", issuerIdentifications: [range])
        }
        #expect(throws: Never.self) { try IssuerProfile(name: "harbour-bank", issuerIdentifications: ["62990100"]) }
    }

    @Test("names, ranges and currencies that cannot be are refused with their field")
    func profiles() {
        for (name, ranges, currency) in [
            ("", ["476173"], 978), ("Harbour", ["476173"], 978), (String(repeating: "a", count: 33), ["476173"], 978),
            ("h", [], 978), ("h", ["47617"], 978), ("h", ["476173900"], 978), ("h", ["47617X"], 978),
            ("h", ["476173"], 0), ("h", ["476173"], 1_000),
        ] {
            #expect(throws: IssuingError.self) {
                try IssuerProfile(name: name, issuerIdentifications: ranges, currency: currency)
            }
        }
    }

    @Test("a number that is asked for is taken when it is the issuer's and free")
    func chosenNumber() async throws {
        let harbour = try await Harbour()
        func order(_ number: String) throws -> CardOrder {
            try CardOrder(
                cardholder: harbour.ada, type: .debit, label: "HARBOUR", number: PrimaryAccountNumber(number))
        }
        let card = try await harbour.desk.issueCard(order("4761739001010010"), Harbour.operator("1"))
        #expect(card.number == "4761739001010010")
        #expect(card.card.maskedNumber == "47617390••••0010")
        #expect(
            await failure { try await harbour.desk.issueCard(order("4761739001010010"), Harbour.operator("2")) }
                == .duplicate(reason: "a card with this number was issued"))
        #expect(
            await failure { try await harbour.desk.issueCard(order("5413330089010434"), Harbour.operator("3")) }
                == .invalid(field: "number", reason: "the number is not of this issuer's ranges"))
    }

    @Test("a card without a cardholder is not issued; a debit card has no credit; a label has 1 to 16 characters")
    func orders() async throws {
        let harbour = try await Harbour()
        let nobody = CardholderID(unchecked: "hld_" + String(repeating: "0", count: 32))
        let order = try CardOrder(cardholder: nobody, type: .debit, label: "HARBOUR")
        #expect(
            await failure { try await harbour.desk.issueCard(order, Harbour.operator("1")) }
                == .notFound(field: "cardholder", reason: "no such cardholder"))
        #expect(throws: IssuingError.self) {
            try CardOrder(cardholder: nobody, type: .debit, label: "HARBOUR", creditLimit: 1)
        }
        for label in ["", String(repeating: "A", count: 17), "CAFÉ"] {
            #expect(throws: IssuingError.self) { try CardOrder(cardholder: nobody, type: .debit, label: label) }
        }
    }

    @Test("issuing again with the same key issues the same card once")
    func once() async throws {
        let harbour = try await Harbour()
        let order = try CardOrder(cardholder: harbour.ada, type: .debit, label: "HARBOUR")
        let first = try await harbour.desk.issueCard(order, Harbour.operator("k"))
        #expect(try await harbour.desk.issueCard(order, Harbour.operator("k")) == first)
        #expect(try await harbour.desk.cards(after: nil, limit: 10).count == 1)
    }

    @Test("a cardholder's details are refused with their field when they cannot be")
    func details() {
        for (field, name, identity, telephone) in [
            ("name", "A", "1234", "+441234567"), ("name", "Ada\nByron", "1234", "+441234567"),
            ("identityNumber", "Ada", "123", "+441234567"), ("identityNumber", "Ada", "12_45", "+441234567"),
            ("telephoneNumber", "Ada", "1234", "+44123"),
            ("telephoneNumber", "Ada", "1234", "+4412345678901234"),
        ] {
            let error = #expect(throws: IssuingError.self) {
                try CardholderDetails(name: name, identityNumber: identity, telephoneNumber: telephone)
            }
            guard case .invalid(field, _) = error else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("what an operator's lists show is masked; what is printed shows nothing")
    func masked() async throws {
        let harbour = try await Harbour()
        let card = try await harbour.card()
        let listed = try await harbour.desk.cards(after: nil, limit: 10)
        #expect(!"\(listed)".contains(card.number))
        #expect(!"\(card)".contains(card.number))
        let cardholders = try await harbour.desk.cardholders(after: nil, limit: 10)
        #expect(cardholders.map(\.name) == ["ADA BYRON"])
        #expect(cardholders.map(\.telephoneEnding) == ["18"])
        #expect(!"\(try Harbour.details)".contains("ADA"))
        #expect(!"\(try harbour.request(card))".contains("Ada"))
    }

    @Test("a card lasts 48 months from the month that it is issued in")
    func lifetime() async throws {
        let harbour = try await Harbour()
        #expect(try await harbour.card().card.expiry == CardExpiry(year: 30, month: 11))
    }
}
