import CardCryptography
import GlobalPlatform
import ISO7816

extension SecureElement {
    /// Whether a load file has the signatures that it needs, before it is registered: of the SD it goes to, if that has
    /// DAP Verification, and of every SD with Mandated DAP Verification. What it has beyond is verified too.
    /// GPC v2.3.1 §9.2.1, §9.2.2 and §C.3.
    ///
    /// - Throws: `6A80` for a signature that does not verify, two of one SD, and a file with signatures whose
    ///   announcement had no hash for them to sign; `6A88` for an SD that does not exist; `6985` for one that does not
    ///   verify load files or has no key to, and for a signature that is missing.
    func verifyDAP(of file: LoadFile, _ loading: LoadInProgress) throws(Refusal) {
        var verified: Set<AID> = []
        for pattern in file.dataAuthenticationPatterns {
            guard verified.insert(pattern.securityDomain).inserted else { throw Refusal(.incorrectData) }
            try verify(pattern, over: loading.announcement.loadFileDataBlockHash)
        }
        guard verified.isSuperset(of: neededVerifiers(loading.securityDomain)) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }

    private func neededVerifiers(_ destination: AID) -> [AID] {
        memory.applications.filter { application in
            application.privileges.contains(.mandatedDAPVerification)
                || application.aid == destination && application.privileges.contains(.dapVerification)
        }.map(\.aid)
    }

    private func verify(_ pattern: LoadFile.DataAuthenticationPattern, over hash: [UInt8]) throws(Refusal) {
        guard let application = memory.application(pattern.securityDomain),
            let domain = memory.securityDomain(pattern.securityDomain)
        else { throw Refusal(.referencedDataNotFound) }
        let verifies = !application.privileges.isDisjoint(with: [.dapVerification, .mandatedDAPVerification])
        guard verifies, !application.isLocked, let key = domain.verificationKey(.dapVerification) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard !hash.isEmpty, key.isValid(pattern.signature, over: hash) else { throw Refusal(.incorrectData) }
    }
}
