import ISO7816

/// A new access credential. The secret is told once; the digest names the credential from then on.
public struct IssuedCredential: Hashable, Sendable, Codable {
    public var secret: String
    public var credential: CredentialRecord
}

extension OperatorDesk {
    /// Makes a further credential for somebody who is registered, such as one that replaces another.
    public func issueCredential(
        for holder: CredentialRecord.Holder, _ context: OperatorContext
    ) async throws(TSMError) -> IssuedCredential {
        try await once(context, "credential.issue \(holder.description)") { now throws(TSMError) in
            try await checkIsRegistered(holder)
            let secret = makeSecret()
            let record = CredentialRecord(digest: Self.digest(of: secret), holder: holder, createdAt: now)
            return (IssuedCredential(secret: secret, credential: record), [.insertCredential(record)])
        }
    }

    /// From now on the credential opens nothing. The last operator's stays: somebody has to be able to issue others.
    public func revokeCredential(
        digest: [UInt8], _ context: OperatorContext
    ) async throws(TSMError) -> CredentialRecord {
        try await once(context, "credential.revoke \(digest.hex.lowercased().prefix(16))") { now throws(TSMError) in
            let found = try await stored { () async throws(StoreError) in try await store.credential(digest: digest) }
            guard var credential = found else {
                throw .notFound(field: "credentialId", reason: "no such credential")
            }
            if case .operator = credential.holder, credential.revokedAt == nil {
                try await checkAnotherOperatorRemains(beside: digest)
            }
            credential.revokedAt = credential.revokedAt ?? now
            return (credential, [.revokeCredential(digest: digest, at: now)])
        }
    }

    private func checkAnotherOperatorRemains(beside digest: [UInt8]) async throws(TSMError) {
        let inForce = try await stored { () async throws(StoreError) in try await store.operatorCredentialsInForce() }
        guard inForce.contains(where: { $0.digest != digest }) else {
            throw .wrongState(reason: "it is the last credential of an operator: issue another one first")
        }
    }

    private func checkIsRegistered(_ holder: CredentialRecord.Holder) async throws(TSMError) {
        switch holder {
        case .serviceProvider(let id):
            let found = try await stored { () async throws(StoreError) in try await store.serviceProvider(id) }
            guard found != nil else {
                throw .notFound(field: "holder", reason: "no service provider of this identifier is registered")
            }
        case .agent(let id):
            _ = try await query.secureElement(id)
        case .operator(let name):
            guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameCharacter) else {
                throw .invalid(field: "holder", reason: "1 to 64 letters, digits, '-', '_' or '.'")
            }
        }
    }
}

extension CredentialRecord.Holder: CustomStringConvertible {
    /// As the audit trail names the holder.
    public var description: String {
        switch self {
        case .serviceProvider(let id): "provider:\(id.rawValue)"
        case .operator(let name): "operator:\(name)"
        case .agent(let id): "agent:\(id)"
        }
    }
}
