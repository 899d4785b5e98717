import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension StoreDataCommand {
    /// The block in clear: where P1 says encrypted, it holds whole groupings 8000 to 8FFF and nothing else, the data of each
    /// under the data encryption key of the session. Padding, where there is some, stays: the application knows its keys.
    /// EMV CPS v1.1 §5.4.
    ///
    /// - Throws: `6A80` for data that is not that.
    func decrypted(with key: SensitiveDataKey) throws(Refusal) -> StoreDataCommand {
        guard encryption == .encrypted else { return self }
        guard structure == .dataGroupings, let groupings = try? DataGrouping.sequence(data) else {
            throw Refusal(.incorrectData)
        }
        var clear = self
        clear.encryption = .unspecifiedOrClear
        clear.data = []
        for grouping in groupings { clear.data += try grouping.decrypted(with: key).bytes }
        return clear
    }
}

extension DataGrouping {
    fileprivate func decrypted(with key: SensitiveDataKey) throws(Refusal) -> DataGrouping {
        guard (0x8000...0x8FFF).contains(identifier), !data.isEmpty, let plain = try? key.decrypt(data) else {
            throw Refusal(.incorrectData)
        }
        return DataGrouping(identifier, plain.revealed())
    }
}
