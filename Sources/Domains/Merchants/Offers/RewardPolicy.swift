import ISO4217

/// *Reward policy*: which template rewards which use, the first rule that applies deciding (RWD-06).
public struct RewardPolicy: Hashable, Sendable, Codable {
    public let rules: [Rule]
    public let templates: [RewardTemplate]

    public static let rulesMax = 16
    public static let templatesMax = 16

    /// A use that is rewarded, and by which template.
    public struct Rule: Hashable, Sendable, Codable {
        /// What the second user did, such as `purchase`.
        public var function: String
        /// In minor units; a use without an amount counts as none.
        public var amountMin: Int64
        /// A template's name.
        public var template: String

        public init(function: String, amountMin: Int64 = 0, template: String) {
            self.function = function
            self.amountMin = amountMin
            self.template = template
        }
    }

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` for a policy that names what is not there.
    public init(rules: [Rule], templates: [RewardTemplate]) throws(MerchantsError) {
        guard (1...Self.rulesMax).contains(rules.count), (1...Self.templatesMax).contains(templates.count) else {
            throw .invalid(
                field: "policy", reason: "1 to \(Self.rulesMax) rules and 1 to \(Self.templatesMax) templates")
        }
        let names = Set(templates.map(\.name))
        guard names.count == templates.count else {
            throw .invalid(field: "templates", reason: "two templates have the same name")
        }
        for rule in rules {
            guard Self.isFunction(rule.function), (0...PayTag.amountMax).contains(rule.amountMin),
                names.contains(rule.template)
            else {
                throw .invalid(field: "rules", reason: "a rule has a function, an amount, and a template that exists")
            }
        }
        self.rules = rules
        self.templates = templates
    }

    /// The template for a use; `nil` for one that is not rewarded.
    func template(function: String, amount: Int64?) -> RewardTemplate? {
        guard let rule = rules.first(where: { $0.function == function && $0.amountMin <= amount ?? 0 }) else {
            return nil
        }
        return templates.first { $0.name == rule.template }
    }

    static func isFunction(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { isLowercase($0) || isDigit($0) || $0 == 0x2D }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            rules: container.decode([Rule].self, forKey: .rules),
            templates: container.decode([RewardTemplate].self, forKey: .templates))
    }

    private enum CodingKeys: String, CodingKey { case rules, templates }
}

/// *Reward template*: how much a reward is, and what its page says.
public struct RewardTemplate: Hashable, Sendable, Codable {
    public let name: String
    public let value: Value
    public let title: String
    /// With ``placeholders`` in braces.
    public let text: String

    public static let placeholders: Set<String> = ["offer", "merchant", "reward", "friend", "function"]
    public static let (titleBytesMax, textBytesMax) = (80, 1_000)

    /// How much.
    public enum Value: Hashable, Sendable, Codable {
        /// In minor units.
        case fixed(Int64)
        /// Of what the second user spent, in hundredths of a percent, rounded down; at most so many minor units.
        case share(basisPoints: Int64, max: Int64)

        /// In minor units; 0 for what is too little.
        func amount(spent: Int64?) -> Int64 {
            switch self {
            case .fixed(let amount): return amount
            case .share(let basisPoints, let max):
                let (high, low) = (spent ?? 0).multipliedFullWidth(by: basisPoints)
                // A share is at most the whole, so the quotient fits.
                return min(Int64(10_000).dividingFullWidth((high, low)).quotient, max)
            }
        }

        var isPossible: Bool {
            switch self {
            case .fixed(let amount): (1...PayTag.amountMax).contains(amount)
            case .share(let basisPoints, let max):
                (1...10_000).contains(basisPoints) && (1...PayTag.amountMax).contains(max)
            }
        }
    }

    /// - Throws: ``MerchantsError/invalid(field:reason:)``, also for a placeholder that nothing stands for.
    public init(name: String, value: Value, title: String, text: String) throws(MerchantsError) {
        guard RewardPolicy.isFunction(name), value.isPossible else {
            throw .invalid(
                field: "templates", reason: "a template has a name of lower-case letters, and gives something")
        }
        self.name = name
        self.value = value
        self.title = try legible(title, field: "templates", bytesMax: Self.titleBytesMax)
        self.text = try legible(text, field: "templates", bytesMax: Self.textBytesMax)
        guard Self.filled(title, [:]) != nil, Self.filled(text, [:]) != nil else {
            throw .invalid(
                field: "templates",
                reason: "in braces stands one of \(Self.placeholders.sorted().joined(separator: ", "))")
        }
    }

    /// The text with values for its placeholders; `nil` when a brace is open or names nothing.
    static func filled(_ text: String, _ values: [String: String]) -> String? {
        var (result, rest) = ("", text[...])
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else { return nil }
            let name = String(rest[rest.index(after: open)..<close])
            guard placeholders.contains(name) else { return nil }
            result += rest[..<open] + (values[name] ?? "")
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            name: container.decode(String.self, forKey: .name), value: container.decode(Value.self, forKey: .value),
            title: container.decode(String.self, forKey: .title), text: container.decode(String.self, forKey: .text))
    }

    private enum CodingKeys: String, CodingKey { case name, value, title, text }
}
