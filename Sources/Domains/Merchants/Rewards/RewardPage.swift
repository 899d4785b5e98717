public import ISO4217

/// *Virtual reward page*: what a reward's template says, filled in (RWD-04).
public struct RewardPage: Hashable, Sendable, Codable {
    public var reward: RewardID
    public var title: String
    public var text: String
    public var merchantName: String
    public var amount: Money
    public var isTransferred: Bool

    /// - Parameter friend: the second user's name.
    init(_ reward: Reward, _ template: RewardTemplate, offer: Offer, merchant: Merchant, friend: String) {
        let values = [
            "offer": offer.terms.title, "merchant": merchant.name, "reward": "\(reward.amount)", "friend": friend,
            "function": reward.function,
        ]
        self.reward = reward.id
        // A held template has only placeholders that there are.
        title = RewardTemplate.filled(template.title, values) ?? template.title
        text = RewardTemplate.filled(template.text, values) ?? template.text
        merchantName = merchant.name
        amount = reward.amount
        isTransferred = reward.state == .transferred
    }

    /// The page by itself: no script, nothing from elsewhere, every text escaped.
    public var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(title))</title>
        </head>
        <body>
        <h1>\(Self.escaped(title))</h1>
        <p>\(Self.escaped(text))</p>
        <p><strong>\(Self.escaped("\(amount)"))</strong> \(Self.escaped("from \(merchantName)"))\
        \(isTransferred ? "" : ", on its way")</p>
        </body>
        </html>

        """
    }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
    }
}
