/// The rules that the data objects of a merchant-presented code keep. EMV QRCPS Merchant-Presented Mode §4.
enum MerchantCodeRules {
    typealias Identifier = MerchantPresentedCode.Identifier

    static func check(_ objects: [QRDataObject]) throws(MerchantPresentedCodeError) {
        try QRDataObject.refuseDuplicates(objects, in: [])
        guard let first = objects.first, first.identifier == Identifier.payloadFormat, first.value == "01" else {
            throw .payloadFormat
        }
        guard objects.contains(where: { Identifier.merchantAccounts.contains($0.identifier) }) else {
            throw .noMerchantAccount
        }
        for identifier in [
            Identifier.category, Identifier.currency, Identifier.country, Identifier.name, Identifier.city,
        ] where objects[value: identifier] == nil {
            throw .missing([identifier])
        }
        for object in objects { try check(object) }
        try checkTip(objects)
    }

    private static func check(_ object: QRDataObject) throws(MerchantPresentedCodeError) {
        let value = object.value
        let isValid =
            switch object.identifier {
            case Identifier.pointOfInitiation: value == "11" || value == "12"
            case Identifier.category: isDigits(value, count: 4)
            case Identifier.currency: isDigits(value, count: 3)
            case Identifier.amount, Identifier.fixedTip: isAmount(value)
            case Identifier.tipIndicator: ["01", "02", "03"].contains(value)
            case Identifier.tipPercentage: isPercentage(value)
            case Identifier.country: value.utf8.count == 2 && value.utf8.allSatisfy(isUpperCaseLetter)
            case Identifier.name: value.unicodeScalars.count <= 25
            case Identifier.city: value.unicodeScalars.count <= 15
            case Identifier.postalCode: value.unicodeScalars.count <= 10
            default: true
            }
        guard isValid else { throw .value([object.identifier]) }
        switch object.identifier {
        case Identifier.merchantAccountTemplates, Identifier.unreservedTemplates:
            try require([0], in: object)
        case Identifier.additionalData: try require([], in: object)
        case Identifier.otherLanguage: try require([0, 1], in: object)
        default: break
        }
    }

    /// Reads a template that has at least these data objects, each of its form.
    private static func require(
        _ identifiers: [Int], in template: QRDataObject
    ) throws(MerchantPresentedCodeError) {
        let objects: [QRDataObject]
        do {
            objects = try template.objects()
        } catch {
            guard case .duplicate = error else { throw .value([template.identifier]) }
            throw error
        }
        for identifier in identifiers where objects[value: identifier] == nil {
            throw .missing([template.identifier, identifier])
        }
        for object in objects where !isValid(object, in: template.identifier) {
            throw .value([template.identifier, object.identifier])
        }
    }

    private static func isValid(_ object: QRDataObject, in template: Int) -> Bool {
        let value = object.value
        let count = value.unicodeScalars.count
        switch (template, object.identifier) {
        case (Identifier.merchantAccountTemplates, 0), (Identifier.unreservedTemplates, 0): return count <= 32
        case (Identifier.additionalData, 1...8): return count <= 25
        case (Identifier.additionalData, 9):
            // Address, mobile number, e-mail address of the consumer, each asked for once.
            return value.allSatisfy { "AME".contains($0) } && Set(value).count == count
        case (Identifier.otherLanguage, 0): return value.utf8.count == 2 && value.utf8.allSatisfy(isLetter)
        case (Identifier.otherLanguage, 1): return count <= 25
        case (Identifier.otherLanguage, 2): return count <= 15
        default: return true
        }
    }

    private static func checkTip(_ objects: [QRDataObject]) throws(MerchantPresentedCodeError) {
        let indicator = objects[value: Identifier.tipIndicator]
        guard (objects[value: Identifier.fixedTip] != nil) == (indicator == "02"),
            (objects[value: Identifier.tipPercentage] != nil) == (indicator == "03")
        else { throw .tip }
    }

    private static func isDigits(_ value: String, count: Int) -> Bool {
        value.utf8.count == count && value.utf8.allSatisfy(BinaryCodedDecimal.isDigit)
    }

    private static func isLetter(_ character: UInt8) -> Bool { isUpperCaseLetter(character & ~0x20) }

    private static func isUpperCaseLetter(_ character: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character)
    }

    /// Digits, perhaps a point and more digits, at most 13 characters, not zero.
    private static func isAmount(_ value: String) -> Bool {
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        return value.utf8.count <= 13 && parts.count <= 2 && !parts[0].isEmpty
            && parts.allSatisfy { $0.utf8.allSatisfy(BinaryCodedDecimal.isDigit) }
            && value.utf8.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }

    /// From 0.01 to 99.99.
    private static func isPercentage(_ value: String) -> Bool {
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        return isAmount(value) && parts[0].utf8.count <= 2 && (parts.count == 1 || parts[1].utf8.count <= 2)
    }
}
