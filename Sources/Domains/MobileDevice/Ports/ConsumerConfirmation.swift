/// The person in front of the device: a fingerprint, a face or a code, whatever the device asks for.
public protocol ConsumerConfirmation: Sendable {
    /// - Parameter reason: what is confirmed, as it is shown.
    /// - Returns: whether it was the device's owner, who agreed.
    func confirm(_ reason: String) async -> Bool
}
