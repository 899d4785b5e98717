// begin
import CardCryptography
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel

/// Puts an application on a card and changes the card's keys.
func prepare(_ channel: any CardChannel, cap: [UInt8], masterKey: SecretBytes, newKey: SecretBytes) async throws {
    let keys = FixedKeySource(try CardKeyMaterial(repeating: masterKey, diversification: .kdf3))
    let manager = CardManager(channel: channel, keys: keys)

    let report = try await manager.report()
    _ = try await manager.verify(SessionRequest())  // burns no try, whatever the keys

    var plan = InstallationPlan(try ExecutableLoadFile(file: cap), hash: .sha256)
    plan.addAllModules()
    _ = try await manager.install(plan)  // comes back after a lost field

    var session = try await manager.open(SessionRequest(level: .full))
    let registry = try await session.registry()
    guard registry.loadFile(plan.package) != nil, let old = report.keyVersions.first else { return }

    let new = try CardKeyMaterial(repeating: newKey, diversification: .kdf3)
    _ = try await manager.rotate(KeyRotation(from: old, to: 0x30, newKeys: new))
}
// end
