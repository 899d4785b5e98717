import SeneschalAPI
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The schemas say what the types do: each type's example goes through its coding unchanged.
@Suite("Wire types and their schemas agree")
struct WireExampleTests {
    @Test("an example passes its own schema, is decoded, and is encoded to the same value", arguments: specimens)
    func roundTrip(specimen: Specimen) throws {
        try specimen.schema.check(specimen.schema.example)
        #expect(try specimen.recode(specimen.schema.example) == sorted(specimen.schema.example))
    }

    @Test("a message without a required member is refused, naming the member", arguments: specimens)
    func missingMember(specimen: Specimen) throws {
        guard case .object(let members, _) = specimen.schema.shape else { return }
        for member in members where member.isRequired {
            let rest = try #require(specimen.schema.example.members).filter { $0.name != member.name }
            #expect(throws: SchemaViolation(kind: .missingMember, field: member.name, reason: "the member is missing"))
            {
                try specimen.schema.check(.object(rest))
            }
        }
    }

    @Test("a message without its optional members is accepted and decoded", arguments: specimens)
    func optionalMembers(specimen: Specimen) throws {
        guard case .object(let members, _) = specimen.schema.shape else { return }
        let required = Set(members.filter(\.isRequired).map(\.name))
        let rest = JSONValue.object(try #require(specimen.schema.example.members).filter { required.contains($0.name) })
        try specimen.schema.check(rest)
        #expect(try specimen.recode(rest) == sorted(rest))
    }

    struct Specimen: Sendable, CustomTestStringConvertible {
        let schema: Schema
        let recode: @Sendable (JSONValue) throws -> JSONValue
        var testDescription: String { schema.name ?? "unnamed" }

        init<Wire: WireType>(_ type: Wire.Type) {
            schema = type.schema
            recode = { value in
                let wire = try JSONDecoder().decode(type, from: Data(value.text.utf8))
                return sorted(try JSONValue(parsing: try JSONEncoder().encode(wire)))
            }
        }
    }

    static let specimens = centralTSM + issuer + stopping

    private static let stopping = [
        Specimen(API.SuspensionRequest.self), Specimen(API.PaymentTokens.self), Specimen(API.TokenOrder.self),
        Specimen(API.TokenOrderRequest.self), Specimen(API.CardChangeRequest.self),
        Specimen(API.CardChangeReport.self), Specimen(API.AcquirerReversalRequest.self),
        Specimen(API.AcquirerReversal.self),
    ]

    private static let issuer = [
        Specimen(API.IssuerVerificationRequest.self), Specimen(API.IssuerVerificationAnswer.self),
        Specimen(API.CardholderVerification.self),
        Specimen(API.OneTimePasswordRequest.self), Specimen(API.IssuerBindingRequest.self),
        Specimen(API.IssuerBinding.self), Specimen(API.IssuerUnbinding.self),
        Specimen(API.IssuerAuthorizationRequest.self), Specimen(API.IssuerAuthorizationAnswer.self),
        Specimen(API.ChipAuthorizationRequest.self), Specimen(API.ReversalRequest.self), Specimen(API.Reversal.self),
        Specimen(API.RegisterCardholderRequest.self), Specimen(API.Page<API.Cardholder>.self),
        Specimen(API.IssueCardRequest.self), Specimen(API.IssuedCard.self), Specimen(API.CardStateRequest.self),
        Specimen(API.Page<API.CardAccount>.self), Specimen(API.Page<API.IssuerBindingRecord>.self),
        Specimen(API.PersonalizationRequest.self), Specimen(API.ChipPersonalization.self),
        Specimen(API.Page<API.CardTransaction>.self), Specimen(API.Page<API.OutgoingOneTimePassword>.self),
        Specimen(API.RegisterWalletRequest.self), Specimen(API.RegisteredWallet.self),
        Specimen(API.RenewCredentialRequest.self), Specimen(API.WalletKeyRequest.self),
        Specimen(API.Page<API.WalletPlatform>.self), Specimen(API.IssuerKey.self),
        Specimen(API.Page<API.IssuerAuditEntry>.self),
    ]

    private static let centralTSM = [
        Specimen(API.SecureElementIdentifierRequest.self), Specimen(API.SecureElementIdentifierResponse.self),
        Specimen(API.SecureElementDataRequest.self), Specimen(API.SecureElementDataResponse.self),
        Specimen(API.PrePersonalizationRequest.self), Specimen(API.PrePersonalizationResponse.self),
        Specimen(API.BeginCommunicationRequest.self), Specimen(API.BeginCommunicationResponse.self),
        Specimen(API.ProcessScriptRequest.self), Specimen(API.ScriptResponse.self),
        Specimen(API.EndCommunicationRequest.self), Specimen(API.EndCommunicationResponse.self),
        Specimen(API.ServiceRequest.self), Specimen(API.ServiceResponse.self),
        Specimen(API.ServiceStatusResponse.self), Specimen(API.ProvisioningRequest.self),
        Specimen(API.ProvisioningResponse.self), Specimen(API.MobileNetwork.self),
        Specimen(API.RegisterServiceProviderRequest.self), Specimen(API.RegisterServiceProviderResponse.self),
        Specimen(API.Service.self), Specimen(API.CreateCardBatchRequest.self), Specimen(API.WrappedMasterKey.self),
        Specimen(API.RegisterSecureElementRequest.self), Specimen(API.RegisterSecureElementResponse.self),
        Specimen(API.Subscription.self), Specimen(API.Page<API.SecureElement>.self),
        Specimen(API.Page<API.Communication>.self), Specimen(API.Page<API.Execution>.self),
        Specimen(API.Page<API.AuditEntry>.self), Specimen(API.Reconciliation.self),
        Specimen(API.TokenRequest.self), Specimen(API.Approval.self), Specimen(API.ReceiptsRequest.self),
        Specimen(API.TokenSettlementRequest.self), Specimen(API.DelegatedContentRequest.self),
        Specimen(API.DelegatedContentResponse.self), Specimen(API.Page<API.DelegationPolicy>.self),
        Specimen(API.TokenKeys.self), Specimen(API.Page<API.ApprovalSummary>.self), Specimen(API.CardRequest.self),
        Specimen(API.CardState.self), Specimen(API.ApplicationRequest.self),
        Specimen(API.LoadRequest.self), Specimen(API.InstallRequest.self), Specimen(API.ContentDeletionRequest.self),
        Specimen(API.Content.self), Specimen(API.IssueCredentialRequest.self),
        Specimen(API.IssueCredentialResponse.self), Specimen(API.Page<API.Credential>.self),
        Specimen(API.Page<API.CardBatch>.self),
        Specimen(API.ReconciliationRequest.self), Specimen(API.Health.self), Specimen(Problem.self),
    ]
}

/// The value with the members of every object in the order of their names.
private func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
        .object(members.map { JSONMember($0.name, sorted($0.value)) }.sorted { $0.name < $1.name })
    case .array(let elements): .array(elements.map(sorted))
    default: value
    }
}
