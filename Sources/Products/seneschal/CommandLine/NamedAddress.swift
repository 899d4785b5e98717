import ArgumentParser

/// A party and where it is: `harbour-bank=http://127.0.0.1:8081`.
struct NamedAddress: ExpressibleByArgument {
    let name: String
    let url: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        (name, url) = (String(parts[0]), String(parts[1]))
    }
}
