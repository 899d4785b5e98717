/// What the device knows of itself.
public protocol DeviceSettings: Sendable {
    /// The telephone number of the subscription, as the device has it: filled in, not typed (PHOTO-03). `nil` without one.
    var telephoneNumber: String? { get }
    /// What the person calls the device.
    var deviceName: String { get }
    /// The functions that this device can do.
    var supportedFunctions: Set<CardFunction> { get }
}
