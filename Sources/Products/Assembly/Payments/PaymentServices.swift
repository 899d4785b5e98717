import ElectronicPurse
import ISO7816
import SecureElement
public import SeneschalAPI

/// What the operator of a payment server and the provider of a trusted reader have installed by the central TSM: the
/// definitions of their services, which the TSM's operator registers.
///
/// Terminals select by a name that the instance's own begins with, or is: `F0…SC 0001` is the first smart card of a
/// secure element, `A000000632010105 0001` its first purse.
public enum PaymentServices {
    public static let smartCard = API.Service.builtIn(
        3001, "Smart card", BuiltInModule.smartCardPackage, BuiltInModule.smartCard,
        instances: BuiltInModule.smartCardPackage.bytes)
    public static let purse = API.Service.builtIn(
        3002, "Electronic purse", BuiltInModule.pursePackage, BuiltInModule.purse,
        instances: PurseFile.transport.bytes)
    /// SA1.
    public static let firstSecurity = API.Service.builtIn(
        3003, "Trusted reading, SA1", BuiltInModule.trustedReadingPackage, BuiltInModule.firstSecurity,
        instances: BuiltInModule.firstSecurity.bytes)
    /// SA2.
    public static let secondSecurity = API.Service.builtIn(
        3004, "Trusted reading, SA2", BuiltInModule.trustedReadingPackage, BuiltInModule.secondSecurity,
        instances: BuiltInModule.secondSecurity.bytes)

    public static let all = [smartCard, purse, firstSecurity, secondSecurity]
}
