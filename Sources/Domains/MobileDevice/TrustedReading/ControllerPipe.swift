/// The way from the secure element's pipe to the NFC controller: a message, and its answer if there is one. In a chip it
/// is SWP and HCI (ETSI TS 102 613, TS 102 622); what travels is sealed for the two ends.
public protocol ControllerPipe: Sendable {
    func exchange(_ message: [UInt8]) async -> [UInt8]?
}
