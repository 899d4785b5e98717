import ArgumentParser
import SecureElement

/// The configuration of a card on the command line.
enum CardFigureArgument: String, ExpressibleByArgument, CaseIterable {
    case embedded
    case uicc
    case embeddedWithThirdParty = "embedded-third-party"
    case uiccWithThirdParty = "uicc-third-party"

    var figure: CardConfiguration.Figure {
        switch self {
        case .embedded: .embedded
        case .uicc: .uicc
        case .embeddedWithThirdParty: .embeddedWithThirdParty
        case .uiccWithThirdParty: .uiccWithThirdParty
        }
    }
}

/// What a configuration leaves open, on the command line.
struct CardAlternatives: ParsableArguments {
    @Flag(help: "Service providers' security domains get no DAP Verification.")
    var withoutDAP = false

    @Option(help: "How many central security domains there are, 1 to 9.")
    var centralDomains = 1

    @Option(help: "How many security domains of third parties there are, 0 to 9; for the third-party configurations.")
    var thirdParties = 1

    @Flag(help: "No security domain verifies the signatures of all that is loaded.")
    var withoutMandatedDAP = false

    @Flag(help: "No security domain of a controlling authority.")
    var withoutControllingAuthority = false

    @Flag(help: "The payment package is not on the card yet.")
    var withoutPaymentPackage = false

    @Flag(help: "A UICC's master file (3F00) on a card that is no UICC: pySim-shell looks for it first.")
    var fileSystem = false

    func validate() throws {
        let max = CardConfiguration.Alternatives.sameKindMax
        guard (1...max).contains(centralDomains) else {
            throw ValidationError("--central-domains is 1 to \(max), not \(centralDomains).")
        }
        guard (0...max).contains(thirdParties) else {
            throw ValidationError("--third-parties is 0 to \(max), not \(thirdParties).")
        }
    }

    var alternatives: CardConfiguration.Alternatives {
        .init(
            serviceProvidersVerifyDAP: !withoutDAP, furtherCentralSecurityDomains: centralDomains - 1,
            thirdParties: thirdParties, hasMandatedDAP: !withoutMandatedDAP,
            hasControllingAuthority: !withoutControllingAuthority, holdsPaymentPackage: !withoutPaymentPackage,
            hasFileSystem: fileSystem)
    }
}
