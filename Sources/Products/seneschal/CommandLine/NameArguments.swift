public import ArgumentParser
public import SeneschalAPI

/// A secure element on the command line: `cin:45434E…`, or its CIN alone.
struct SecureElementArgument: ExpressibleByArgument {
    let id: API.SecureElementIdentifier

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 1 {
            id = API.SecureElementIdentifier(type: .cin, value: argument)
        } else if let type = API.SecureElementIdentifier.Kind(rawValue: String(parts[0])) {
            id = API.SecureElementIdentifier(type: type, value: String(parts[1]))
        } else {
            return nil
        }
    }
}

/// A subscription on the command line: `imsi:262…`, `alias:…`, or a telephone number alone.
struct SubscriptionArgument: ExpressibleByArgument {
    let msi: API.MobileSubscriptionIdentifier

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 1 {
            msi = API.MobileSubscriptionIdentifier(type: .mdn, value: argument)
        } else if let type = API.MobileSubscriptionIdentifier.Kind(rawValue: String(parts[0])) {
            msi = API.MobileSubscriptionIdentifier(type: type, value: String(parts[1]))
        } else {
            return nil
        }
    }
}

/// A service on the command line: number and version, `7/1.0`.
struct ServiceArgument: ExpressibleByArgument {
    let service: API.ServiceIdentifier

    init?(argument: String) {
        let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), !parts[1].isEmpty else { return nil }
        service = API.ServiceIdentifier(id: number, version: String(parts[1]))
    }
}

extension API.Status: ExpressibleByArgument {}
extension API.Operation: ExpressibleByArgument {}
extension API.ScriptFormat: ExpressibleByArgument {}
extension API.SecureElementType: ExpressibleByArgument {}
extension API.DelegationPolicy.Step: ExpressibleByArgument {}
