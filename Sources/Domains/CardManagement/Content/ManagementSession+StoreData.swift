import CardCryptography
import GlobalPlatform
public import ISO7816
import SecureChannel

extension ManagementSession {
    /// **STORE DATA** to the Security Domain itself, in as many blocks as it takes.
    ///
    /// - Throws: ``CardManagementError``.
    public mutating func storeData(_ content: StoredContent) async throws(CardManagementError) {
        let blockLength = sensitiveBlockLength
        let runs = try content.runs(blockLength: blockLength) { data throws(CardManagementError) in
            try encryptSensitive(data)
        }
        for block in try runs.commands(blockLength: commandDataLengthMax) {
            try await send(block.command, "STORE DATA block \(block.blockNumber)")
        }
    }

    /// **INSTALL [for personalization]** and the STORE DATAs that follow: to an Application of this Security Domain.
    ///
    /// - Throws: ``CardManagementError``.
    public mutating func personalize(
        _ application: AID, _ content: StoredContent
    ) async throws(CardManagementError) {
        try await send(
            InstallCommand.forPersonalization(application: application).command,
            "INSTALL [for personalization] \(application)")
        try await storeData(content)
    }

    /// The block length of the cipher behind the DEK.
    var sensitiveBlockLength: Int { messaging.sensitiveBlockLength }

    /// Whole blocks under the DEK.
    func encryptSensitive(_ data: [UInt8]) throws(CardManagementError) -> [UInt8] {
        do { return try messaging.encryptSensitive(data) } catch { throw .notAllowed("\(error)") }
    }
}
