public import GlobalPlatform
public import ISO7816
public import SeneschalAPI
public import ServiceProvider
public import TrustedReading

// What a provider does that knows a subscriber's number: an application of its own in the secure element behind it.

extension RegisteredProvider {
    /// What is told of the way, step by step.
    public typealias Report = @Sendable (ProvisioningFlow.Step) async -> Void

    /// Brings an application to life: prepared by the central TSM, personalized over the provider's own secure channel,
    /// activated. It may be asked for again after any interruption, with the same data.
    ///
    /// - Parameters:
    ///   - reference: the payment reference number, which names this instance to the provider.
    ///   - number: the telephone number.
    /// - Returns: the instance.
    public func provision(
        _ service: API.Service, named reference: String, with data: [DataGrouping], for number: String,
        report: Report = { _ in }
    ) async throws(ProvisioningError) -> AID {
        let name = service.name(reference, of: number)
        return try await flow.run(
            .init(
                subscriber: name.subscriber, service: name.service,
                paymentReferenceNumber: name.paymentReferenceNumber, data: PersonalizationData(data),
                isCombined: true), report: report)
    }

    /// Brings SA1 and SA2 to life, which name each other: both are prepared before either is personalized.
    ///
    /// - Parameters:
    ///   - reference: the payment reference number of both.
    ///   - keys: to be kept until this returns: a second attempt needs the same.
    public func provisionTrustedReading(
        named reference: String, keys: ReadingKeys, for number: String, report: Report = { _ in }
    ) async throws(ProvisioningError) -> TrustedReadingInstances {
        let (first, second) = (PaymentServices.firstSecurity, PaymentServices.secondSecurity)
        let personalization = ReadingPersonalization(
            firstApplication: try await flow.prepare(first.name(reference, of: number), report: report),
            secondApplication: try await flow.prepare(second.name(reference, of: number), report: report),
            keys: keys)
        return TrustedReadingInstances(
            first: try await provision(
                first, named: reference, with: personalization.first.map(\.dataGrouping), for: number, report: report),
            second: try await provision(
                second, named: reference, with: personalization.second.map(\.dataGrouping), for: number,
                report: report))
    }
}

/// SA1 and SA2 on one secure element.
public struct TrustedReadingInstances: Hashable, Sendable {
    public let first: AID
    public let second: AID
}

extension API.Service {
    /// The service for one subscriber, as a provider names it.
    public func name(_ reference: String, of number: String) -> ServiceManager.Name {
        ServiceManager.Name(
            subscriber: Subscriber(msi: number),
            service: ServiceName(number: service.id, version: service.version), paymentReferenceNumber: reference)
    }
}
