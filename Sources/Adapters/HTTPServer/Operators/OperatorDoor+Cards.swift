import ISO7816
import SeneschalAPI
import TrustedServiceManager

extension OperatorDoor {
    func registerCardManagement(on router: inout DoorRouter) {
        router.on(Endpoints.lockSecureElement) { _, visit in
            try await state(visit) { try await desk.lockSecureElement($0, $1) }
        }
        router.on(Endpoints.unlockSecureElement) { _, visit in
            try await state(visit) { try await desk.unlockSecureElement($0, $1) }
        }
        router.on(Endpoints.terminateSecureElement) { _, visit in
            try await state(visit) { try await desk.terminateSecureElement($0, $1) }
        }
        router.on(Endpoints.lockApplication) { body, visit in
            .init(
                try await desk.lockApplication(
                    body.aid.aid(field: "aid"), on: visit.secureElement("seId"), visit.operatorContext()))
        }
        router.on(Endpoints.unlockApplication) { body, visit in
            .init(
                try await desk.unlockApplication(
                    body.aid.aid(field: "aid"), on: visit.secureElement("seId"), visit.operatorContext()))
        }
        router.on(Endpoints.loadPackage) { body, visit in
            .init(try await manage(body.domain(), visit))
        }
        router.on(Endpoints.installApplication) { body, visit in
            .init(try await manage(body.domain(), visit))
        }
        router.on(Endpoints.deleteContent) { body, visit in
            .init(try await manage(body.domain(), visit))
        }
    }

    private func state(
        _ visit: RequestVisit,
        _ act: (SecureElementIdentifier, OperatorContext) async throws -> SecureElementLifeCycle
    ) async throws -> API.CardState {
        let id = try visit.secureElement("seId")
        return API.CardState(seId: .init(id), lifeCycle: .init(try await act(id, visit.operatorContext())))
    }

    private func manage(_ order: ContentOrder, _ visit: RequestVisit) async throws -> ContentOutcome {
        try await desk.manageContent(order, on: visit.secureElement("seId"), visit.operatorContext())
    }

    func registerCredentials(on router: inout DoorRouter) {
        router.on(Endpoints.listCardBatches) { _, visit in
            visit.page(of: try await store.cardBatches().map(API.CardBatch.init)) {
                // Cursors are in the order of their texts.
                String(repeating: "0", count: max(0, 10 - "\($0.masterKeyIndex)".count)) + "\($0.masterKeyIndex)"
            }
        }
        router.on(Endpoints.issueCredential) { body, visit in
            let issued = try await desk.issueCredential(for: body.holder.domain(), visit.operatorContext())
            return .init(credential: .init(issued.credential), secret: issued.secret)
        }
        router.on(Endpoints.listCredentials) { _, visit in
            let limit = visit.limit
            let after = try visit.parameters["after"].map { try visit.digest($0, "after") }
            let found = try await store.credentials(after: after, limit: limit + 1).map(API.Credential.init)
            let items = Array(found.prefix(limit))
            return API.Page(items: items, next: found.count > limit ? items.last?.id : nil)
        }
        router.on(Endpoints.revokeCredential) { _, visit in
            let digest = try visit.digest(visit.parameters["credentialId"] ?? "", "credentialId")
            return .init(try await desk.revokeCredential(digest: digest, visit.operatorContext()))
        }
    }
}

extension RequestVisit {
    /// The SHA-256 that names a credential.
    fileprivate func digest(_ text: String, _ parameter: String) throws -> [UInt8] {
        guard let bytes = try? [UInt8](hex: text), bytes.count == 32 else {
            throw Problem(.malformedQuery, detail: "32 bytes of hex", field: parameter)
        }
        return bytes
    }
}
