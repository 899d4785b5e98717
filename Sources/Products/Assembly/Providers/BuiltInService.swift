public import ISO7816
public import SeneschalAPI

extension API.Service {
    /// Version 1.0 of a service whose package sits, uninstantiated, on every card of this house.
    ///
    /// - Parameter prefix: two bytes follow it in the AID of an instance, from 0001.
    public static func builtIn(
        _ number: Int, _ name: String, _ package: AID, _ module: AID, instances prefix: [UInt8]
    ) -> API.Service {
        API.Service(
            service: .init(id: number, version: "1.0"), name: name, executableLoadFile: HexBytes(package.bytes),
            executableModule: HexBytes(module.bytes), instanceAIDPrefix: HexBytes(prefix),
            minimumStandard: .init(name: "GlobalPlatform", version: "2.1.1"), minimumCertificationLevel: 3)
    }
}
