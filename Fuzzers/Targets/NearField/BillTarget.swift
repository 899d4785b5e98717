import ISO4217
import ISO7816
import Instructions
import JOSE
import MobileDevice

/// The first byte chooses: commands for a device that collects a bill, or what a terminal and the device read.
func fuzzBill(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    return input.flag() ? try fuzzBillReading(&input) : try fuzzBillDevice(&input)
}

// MARK: - The device

/// Honest items among any commands: a refusal changes nothing, an item is taken once, whole and for the bill that is shown,
/// and no more of them wait than may.
private func fuzzBillDevice(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    var device = BillEmulation()
    device.show(BillFixture.bills[0])
    var accepted = 0
    for _ in 0..<64 where !input.isAtEnd {
        switch input.number(below: 10) {
        case 0, 1: accepted += try send(BillCommand.select, to: &device)
        case 2, 3, 4: accepted += try handWhole(BillFixture.item(&input), to: &device)
        case 5:
            let altered = Mutation.apply(to: Array(BillFixture.item(&input).utf8), &input)
            for command in BillFixture.parts(of: altered, &input) { accepted += try send(command, to: &device) }
        case 6:
            // A part is lost, comes twice, or is altered.
            var parts = BillFixture.parts(of: Array(BillFixture.item(&input).utf8), &input)
            let index = input.number(below: parts.count)
            switch input.number(below: 3) {
            case 0: parts.remove(at: index)
            case 1: parts.insert(parts[index], at: index)
            default: parts[index] = Mutation.apply(to: parts[index], &input)
            }
            for command in parts { accepted += try send(command, to: &device) }
        case 7:
            guard let command = try? CommandAPDU(bytes: input.take(input.number(below: 48))) else { continue }
            accepted += try send(command, to: &device)
        case 8:
            device.items.prefix(input.number(below: 40)).forEach { device.discard($0) }
        default:
            if input.flag() { device.lostField() } else { device.show(input.choice(of: BillFixture.bills + [nil])) }
        }
    }
    return accepted
}

/// A terminal's way to hand an item over: when the device is there with its bill, it takes it or has no room.
private func handWhole(_ item: String, to device: inout BillEmulation) throws(FuzzViolation) -> Int {
    guard try send(BillCommand.select, to: &device) == 1, let bill = device.openBill else { return 0 }
    let isKnown = device.items.contains(item)
    let isFull = device.items.count == BillEmulation.itemsMax
    var taken = 0
    for command in BillCommand.putItem(item) { taken = try send(command, to: &device) }
    let claims = SignedBillItem(bytes: Array(item.utf8))?.claims
    guard claims?.bill == bill.bill, claims?.currency == bill.currency else { return taken }
    try require(
        (taken == 1) == (isKnown || !isFull), "a whole item for the bill that is shown is taken while there is room")
    return taken
}

/// - Returns: 1 for a command that was accepted.
private func send(_ command: CommandAPDU, to device: inout BillEmulation) throws(FuzzViolation) -> Int {
    let before = device
    let response = device.process(command)
    try require(device.openBill == before.openBill, "no command changes which bill is shown")
    try require(device.items.count <= BillEmulation.itemsMax, "no more items wait than may")
    try require(Set(device.items).count == device.items.count, "no item waits twice")
    guard response.statusWord == .success else {
        try require(device.items == before.items && response.data.isEmpty, "a refusal changes nothing and says nothing")
        return 0
    }
    if command.instruction == 0xA4 {
        try require(OpenBill(selection: response.data) == before.openBill, "SELECT names the bill that is shown")
    }
    guard device.items != before.items else { return 1 }
    let item = device.items.last.flatMap { SignedBillItem(bytes: Array($0.utf8)) }
    try require(device.items.dropLast() == before.items[...], "an item comes behind those that wait")
    try require(
        item?.claims.bill == before.openBill?.bill && item?.claims.currency == before.openBill?.currency,
        "an item is for the bill that is shown")
    try require(
        item.map { BillCommand.receipt(of: Array($0.compact.utf8)) } == response.data,
        "the receipt is for the item that was taken")
    return 1
}

// MARK: - What is read

/// A terminal reads a device's answer to SELECT, a device reads items and lists: as they were written, or not at all.
private func fuzzBillReading(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    var accepted = 0
    for _ in 0..<16 where !input.isAtEnd {
        switch input.number(below: 4) {
        case 0: accepted += try readSelection(input.lengthPrefixed())
        case 1:
            let bill = input.choice(of: BillFixture.bills)
            accepted += try readSelection(Mutation.apply(to: BillCommand.selection(bill), &input))
        case 2:
            let item = Mutation.apply(to: Array(BillFixture.item(&input).utf8), &input)
            guard let read = SignedBillItem(bytes: item) else { continue }
            try require(Array(read.compact.utf8) == item, "an item is read as it was signed")
            accepted += 1
        default: accepted += try sum(&input)
        }
    }
    return accepted
}

private func readSelection(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    guard let bill = OpenBill(selection: bytes) else { return 0 }
    try require(OpenBill(selection: BillCommand.selection(bill)) == bill, "a bill is read as it is shown")
    return 1
}

/// A list is one list in whatever order its items came, and its total is their sum, or it is too large for one.
private func sum(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    let bill = input.choice(of: BillFixture.bills)
    var (items, sum, isTooLarge): ([ItemizedBill.Item], Int64, Bool) = ([], 0, false)
    for sequence in 0..<1 + input.number(below: 6) {
        var amount: Int64 = 0
        for byte in input.take(input.number(below: 9)) { amount = amount << 8 | Int64(byte) }
        let text = String(decoding: input.take(input.number(below: 12)), as: UTF8.self)
        items.append(
            ItemizedBill.Item(
                terminal: input.choice(of: ["a", "aa", "b", "ä"]), sequence: Int64(sequence), name: text,
                soldAt: Int64(input.uint16()), seller: "acc_1", amount: amount, description: text))
        let (longer, overflow) = sum.addingReportingOverflow(amount)
        (sum, isTooLarge) = (longer, isTooLarge || overflow)
    }
    let list = try? ItemizedBill(bill: bill.bill, currency: bill.currency, items: items)
    let reversed = try? ItemizedBill(bill: bill.bill, currency: bill.currency, items: items.reversed())
    guard let list, let reversed else {
        // A sum may pass the largest number on one way and stay below it on another, where amounts are negative.
        try require(isTooLarge || items.contains { $0.amount < 0 }, "a sum that fits is a total")
        return 0
    }
    try require(list == reversed && list.bytes == reversed.bytes, "the order in which items came does not matter")
    try require(isTooLarge || list.total == sum, "the total is the sum")
    return 1
}

// MARK: - Bills and items

/// Bills that a device can show, and items for them. Who signed an item is not looked at on a device.
private enum BillFixture {
    static let bills: [OpenBill] = [("bill_1", "EUR"), ("bill_1", "JPY"), ("b", "EUR")].map { name, code in
        guard let currency = Currency(code), let bill = OpenBill(bill: name, currency: currency) else {
            preconditionFailure("the bills above can be")
        }
        return bill
    }

    private static let items: [String] = (0..<48).map { number in
        let bill = bills[number % 8 < 6 ? 0 : number % 8 - 5]
        let claims = BillItem(
            iss: "t", aud: "s", jti: "t-\(number)", iat: 1_000, exp: 1_900, bill: bill.bill,
            sequence: Int64(number + 1), seller: "acc_1",
            description: String(repeating: "x", count: number * number % 200),
            amount: 100, currency: bill.currency)
        do {
            return try ["e30", Base64URL.encode(claims.payload()), "AA"].joined(separator: ".")
        } catch {
            preconditionFailure("the texts above are Unicode: \(error)")
        }
    }

    static func item(_ input: inout FuzzInput) -> String { input.choice(of: items) }

    /// PUT DATA in parts as large as the input says.
    static func parts(of item: [UInt8], _ input: inout FuzzInput) -> [CommandAPDU] {
        CommandChaining.split(
            CommandAPDU(0x80, 0xDA, 0xDF, 0x34, data: item, expectedLength: 256),
            blockLength: 64 + input.number(below: 192))
    }
}
