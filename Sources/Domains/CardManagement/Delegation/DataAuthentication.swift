public import CardCryptography
public import GlobalPlatform
public import ISO7816

/// Load File Data Block Signatures (DAP), signed and checked without a card. GPC v2.3.1 §C.3.
public enum DataAuthentication {
    /// The DAP block of `securityDomain` for a load file: a signature over the Load File Data Block Hash.
    ///
    /// INSTALL [for load] must carry the hash of the same algorithm.
    public static func pattern(
        for file: ExecutableLoadFile, hash algorithm: LoadFileHashAlgorithm, of securityDomain: AID,
        signedBy key: SignatureKey
    ) -> LoadFile.DataAuthenticationPattern {
        let hash = Digest.hash(file.loadFileDataBlock, algorithm.digest)
        return LoadFile.DataAuthenticationPattern(
            securityDomain: securityDomain, signature: key.signature(over: hash))
    }

    /// Whether a DAP block is this key's for the load file.
    public static func isValid(
        _ pattern: LoadFile.DataAuthenticationPattern, for file: ExecutableLoadFile,
        hash algorithm: LoadFileHashAlgorithm,
        key: VerificationKey
    ) -> Bool {
        key.isValid(pattern.signature, over: Digest.hash(file.loadFileDataBlock, algorithm.digest))
    }
}

extension InstallationPlan {
    /// Adds the DAP block of a Security Domain; the plan carries a hash from now on.
    ///
    /// - Throws: ``CardManagementError/notAllowed(_:)`` when the plan loads nothing, or has a hash of another algorithm.
    public mutating func sign(
        for securityDomain: AID, with key: SignatureKey, hash algorithm: LoadFileHashAlgorithm = .sha256
    ) throws(CardManagementError) {
        guard let block = loadFile?.dataBlock else { throw .notAllowed("the plan loads no file to sign") }
        let hash = Digest.hash(block, algorithm.digest)
        guard self.hash.isEmpty || self.hash == hash else {
            throw .notAllowed("the plan has a hash of \(self.hash.count) bytes already: sign with its algorithm")
        }
        self.hash = hash
        loadFile?.dataAuthenticationPatterns.append(
            .init(securityDomain: securityDomain, signature: key.signature(over: hash)))
    }
}
