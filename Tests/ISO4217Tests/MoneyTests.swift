import Testing

@testable import ISO4217

@Suite("Amounts of money")
struct MoneyTests {
    private let euro = Currency(numeric: 978)

    @Test("have the decimals of their currency", arguments: [("JPY", "1250"), ("EUR", "12.50"), ("KWD", "1.250")])
    func decimals(code: String, text: String) throws {
        let currency = try #require(Currency(code))
        #expect(Money(minorUnits: 1250, currency: currency).decimal == text)
        #expect(try Money(decimal: text, currency: currency).minorUnits == 1250)
    }

    @Test(
        "are read exactly or not at all",
        arguments: [
            "", ".", "1.", ".5", "1.234", "1,00", "+1", "1e3", "--1", "1.0.0", " 1", "٣", "92233720368547758.08",
        ])
    func notAmounts(text: String) throws {
        let euro = try #require(euro)
        #expect(throws: MoneyError.self) { try Money(decimal: text, currency: euro) }
    }

    @Test("reach from the least to the greatest 64-bit number")
    func bounds() throws {
        let euro = try #require(euro)
        for units in [Int64.min, -5, 0, 7, Int64.max] {
            let money = Money(minorUnits: units, currency: euro)
            #expect(try Money(decimal: money.decimal, currency: euro) == money)
        }
    }

    @Test("do not wrap and do not mix currencies")
    func arithmetic() throws {
        let euro = try #require(euro)
        let yen = try #require(Currency("JPY"))
        let most = Money(minorUnits: .max, currency: euro)
        let one = Money(minorUnits: 1, currency: euro)
        #expect(throws: MoneyError.overflow) { try most.adding(one) }
        #expect(throws: MoneyError.overflow) { try Money(minorUnits: .min, currency: euro).subtracting(one) }
        #expect(throws: MoneyError.overflow) { try most.multiplied(by: 2) }
        #expect(throws: MoneyError.foreignCurrency(yen, euro)) {
            try one.adding(Money(minorUnits: 1, currency: yen))
        }
    }

    @Test("are split into shares that add up to the whole, the largest remainders first")
    func shares() throws {
        let euro = try #require(euro)
        let shares = try Money(minorUnits: 100, currency: euro).split(by: [1, 1, 1]).map(\.minorUnits)
        #expect(shares == [34, 33, 33])
        #expect(try Money(minorUnits: -100, currency: euro).split(by: [2, 1]).map(\.minorUnits) == [-67, -33])
        #expect(try Money(minorUnits: 10, currency: euro).split(by: [0, 5, 0]).map(\.minorUnits) == [0, 10, 0])
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let whole = Int64.random(in: Int64.min...Int64.max, using: &generator)
            let weights = (0..<Int.random(in: 1...9)).map { _ in Int64.random(in: 1...1_000_000_000) }
            let parts = try Money(minorUnits: whole, currency: euro).split(by: weights).map(\.minorUnits)
            #expect(parts.reduce(0, &+) == whole, "\(whole) by \(weights)")
        }
        for weights: [Int64] in [[], [0, 0], [1, -1], [.max, 1]] {
            #expect(throws: MoneyError.weights) { try Money(minorUnits: 10, currency: euro).split(by: weights) }
        }
    }

    @Test("have currencies with codes and numbers of their own")
    func list() {
        #expect(Currency.all.count == 154)
        #expect(Set(Currency.all.map(\.code)).count == Currency.all.count)
        #expect(Set(Currency.all.map(\.numeric)).count == Currency.all.count)
        #expect(Currency("XXX") == nil && Currency("eur") == nil && Currency(numeric: 0) == nil)
    }
}
